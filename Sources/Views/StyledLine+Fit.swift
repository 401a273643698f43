package import Screen

extension StyledLine {
  /// The line in exactly `width` columns: padded with blanks, or cut with `…`.
  package func fitted(to width: Int, align: Alignment = .left) -> StyledLine {
    let used = self.width
    if used == width { return self }
    if used > width { return cut(to: width) }
    let blanks = width - used
    switch align {
    case .left: return self + StyledLine(String(repeating: " ", count: blanks))
    case .right: return StyledLine(String(repeating: " ", count: blanks)) + self
    case .center:
      return StyledLine(String(repeating: " ", count: blanks / 2)) + self + StyledLine(String(repeating: " ", count: blanks - blanks / 2))
    }
  }

  /// At most `width` columns, the last one `…` when something was cut.
  package func cut(to width: Int) -> StyledLine {
    guard self.width > width else { return self }
    guard width > 0 else { return StyledLine() }
    var line = StyledLine()
    var rest = width
    for run in runs {
      let runWidth = TextWidth.width(of: run.text)
      if runWidth < rest {
        line.runs.append(run)
        rest -= runWidth
        continue
      }
      var shown = run
      shown.text = TextWidth.truncate(run.text, to: rest, ellipsis: "…", always: true)
      line.runs.append(shown)
      break
    }
    return line
  }
}
