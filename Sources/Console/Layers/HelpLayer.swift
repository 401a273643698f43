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
      let commands = CommandTable.all.filter { $0.group == group && $0.applies(to: state.page.kind) }
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

  func draw(_ surface: Surface, _ state: ConsoleState) {
    let width = min(96, max(20, surface.width - 8))
    let all = lines(state).flatMap { Paragraph.wrap($0, columns: width) }
    let height = min(all.count, max(3, surface.height - 4))
    let top = max(0, min(scroll, all.count - height))
    let more = all.count > height ? "\(top + 1)–\(top + height) of \(all.count), j k scroll   " : ""
    surface.draw(
      Overlay(
        title: StyledLine("Keys of \(state.page.kind.title)", .title), note: StyledLine(more + "Esc close", .dim),
        content: Size(columns: width, rows: height), body: Paragraph(all, wraps: false, scroll: top)), in: surface.bounds)
  }
}
