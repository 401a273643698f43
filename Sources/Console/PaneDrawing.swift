import Screen
import TimeFormat
import Views

/// The pane of a lesson or a demo, with the keys that move, play and close it.
struct PaneDrawing {
  let pane: ConsoleState.SidePane
  let now: Timestamp
  let keys: KeyMap

  /// - Returns: the first line that is seen, for who scrolls beyond the last.
  func draw(in area: Rect, besides: Bool, _ surface: Surface) -> Int {
    let update = pane.update
    if besides { surface.vline(x: area.x - 1, y: area.y, height: area.height) }
    let inner = Rect(x: area.x + 1, y: area.y, width: max(0, area.width - 2), height: area.height)
    let lines = Self.lines(pane, columns: inner.width)
    // A title and the keys; where the text is longer, a row that says which part of it is seen.
    let isLonger = lines.count > inner.height - 2
    let room = max(0, inner.height - (isLonger ? 3 : 2))
    let top = max(0, min(pane.scroll, lines.count - room))
    let part = isLonger && room > 0 ? "\(top + 1)–\(top + room) of \(lines.count)" : ""
    let kind = update.kind == .lesson ? "Lesson" : "Demo"
    surface.rule(
      [StyledRun("\(kind): ", .dim), StyledRun(update.title, .title)], x: inner.x, y: inner.y, width: inner.width,
      note: update.progress.isEmpty ? nil : StyledLine(update.progress, .dim))
    for (row, line) in lines.dropFirst(top).prefix(room).enumerated() {
      surface.line(line, x: inner.x, y: inner.y + 1 + row, width: inner.width)
    }
    if !part.isEmpty {
      // On the row between the text and the keys, so that a long title does not push it out.
      surface.line(StyledLine(part, .dim), x: max(inner.x, inner.endX - TextWidth.width(of: part)), y: inner.endY - 2, width: inner.width)
    }
    surface.line(foot(width: inner.width), x: inner.x, y: inner.endY - 1, width: inner.width)
    return top
  }

  private static func lines(_ pane: ConsoleState.SidePane, columns: Int) -> [StyledLine] {
    pane.lines.flatMap { Paragraph.wrap(StyledLine($0.text, $0.tone.role), columns: max(1, columns)) }
  }

  /// Rows that a pane of so many columns fills: its text between the rule and the keys.
  static func rows(_ pane: ConsoleState.SidePane, width: Int) -> Int { lines(pane, columns: width - 2).count + 2 }

  /// What is waited for, or as many keys as there is room for.
  private func foot(width: Int) -> StyledLine {
    let update = pane.update
    let escape = keys.first(.back) ?? ":back"
    if update.isBusy {
      let words = pane.wait.map { "\($0.words), \((now - $0.since).brief)" } ?? "working"
      if pane.isCancelling { return StyledLine("◌ \(words): cancelling", .dim) }
      return [StyledRun("◌ \(words)  ", .dim), StyledRun(escape, .key), StyledRun(" cancel", .dim)]
    }
    func item(_ id: CommandID, _ words: String) -> (key: String, words: String)? { keys.first(id).map { ($0, words) } }
    let step = item(.step, update.kind == .lesson ? (update.isUnderWay ? "check" : "start") : "play")
    let scroll = [keys.first(.down), keys.first(.up)].compactMap { $0 }.joined(separator: " ")
    let help =
      update.kind == .lesson
      ? [update.isUnderWay ? item(.hint, "hint") : nil] : [item(.notes, pane.showsNotes ? "hide" : "notes"), item(.hint, "if it fails")]
    let ordered: [(key: String, words: String)?]
    if update.isDone {
      ordered = [(escape, "close"), item(.nextPane, pane.isFocused ? "page" : "scroll")]
    } else if pane.isFocused {
      ordered = [(escape, "close"), (scroll, "scroll"), item(.nextPane, "page"), step] + help
    } else {
      let lead = update.kind == .lesson ? [step] : [step, help[0]]
      ordered = lead + [item(.nextPane, "scroll, close")] + help.suffix(1)
    }
    var line = StyledLine()
    for case .some(let item) in ordered {
      let gap = line.isEmpty ? 0 : 3
      guard line.width + gap + TextWidth.width(of: "\(item.key) \(item.words)") <= width else { continue }
      if gap > 0 { line.append("   ") }
      line.append(item.key, .key)
      line.append(" \(item.words)", .dim)
    }
    return line
  }
}

extension PaneUpdate.Tone {
  fileprivate var role: Role {
    switch self {
    case .plain: .text
    case .strong: .strong
    case .dim: .dim
    case .good: .green
    case .bad: .amber
    }
  }
}
