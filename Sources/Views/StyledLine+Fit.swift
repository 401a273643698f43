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
    for span in spans {
      let spanWidth = TextWidth.width(of: span.text)
      if spanWidth < rest {
        line.spans.append(span)
        rest -= spanWidth
        continue
      }
      var shown = span
      shown.text = TextWidth.truncate(span.text, to: rest, ellipsis: "…", always: true)
      line.spans.append(shown)
      break
    }
    return line
  }
}
