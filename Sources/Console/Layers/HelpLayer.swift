import Screen

/// The keys of the page in groups; those that cannot be used now are grey and say why.
struct HelpLayer: Sendable {
  var scroll = 0

  mutating func handle(_ command: CommandID?, height: Int) -> LayerOutcome {
    switch command {
    case .back, .help, .quit, .enter: return .closed
    case .down: scroll += 1
    case .up: scroll = max(0, scroll - 1)
    case .pageDown, .halfDown: scroll += max(1, height - 6)
    case .pageUp, .halfUp: scroll = max(0, scroll - max(1, height - 6))
    case .top: scroll = 0
    default: break
    }
    return .consumed
  }

  func lines(_ state: ConsoleState) -> [StyledLine] {
    var lines: [StyledLine] = []
    for group in Command.Group.allCases {
      let commands = CommandTable.commands(on: state.spec.id).filter { $0.group == group }
      guard !commands.isEmpty else { continue }
      if !lines.isEmpty { lines.append(StyledLine()) }
      lines.append(StyledLine(group.rawValue, .title))
      for command in commands {
        let keys = state.keys.text(command.id)
        let shown = keys.isEmpty ? ":\(command.name)" : keys
        let reason = command.disabledReason(state)
        var line = StyledLine(shown.padding(to: 12), reason == nil ? .key : .disabled)
        line.append("  " + command.doc, reason == nil ? .text : .disabled)
        if let reason { line.append(" – \(reason)", .disabled) }
        lines.append(line)
      }
    }
    return lines
  }

  private func scrollKeys(_ state: ConsoleState) -> String {
    [state.keys.first(.down), state.keys.first(.up)].compactMap { $0 }.joined(separator: " ")
  }

  func draw(_ surface: Surface, _ state: ConsoleState) {
    let width = min(96, surface.boxColumns)
    let all = lines(state).flatMap { Paragraph.wrap($0, columns: width, hanging: 14) }
    let height = min(all.count, max(3, surface.height - 4))
    let top = max(0, min(scroll, all.count - height))
    let more = all.count > height ? "\(top + 1)–\(top + height) of \(all.count), \(scrollKeys(state)) scroll   " : ""
    let overlay = Overlay(
      title: StyledLine("Keys of \(state.spec.title)", .title), note: StyledLine(more + "Esc close", .dim),
      content: Size(columns: width, rows: height), body: Paragraph(all, wraps: false, scroll: top))
    surface.clear(behind: overlay.frame(in: surface.size))
    surface.draw(overlay, in: surface.bounds)
  }
}
