import Screen
import Views

/// The keys of the page: its own first, then those of every page in groups. Those that cannot be used now are grey and say why; where there
/// is room they stand in two columns.
struct HelpLayer: Sendable {
  var scroll = 0

  /// Columns for a key or a command's name.
  private static let keyColumns = 12
  /// In a narrower column too many sentences are broken.
  private static let leastColumn = 46
  private static let gap = 3

  mutating func handle(_ command: CommandID?, height: Int) -> LayerOutcome {
    switch command {
    case .back, .help, .quit, .enter: return .closed
    case .down: scroll += 1
    case .up: scroll = max(0, scroll - 1)
    case .pageDown, .halfDown: scroll += max(1, height - 6)
    case .pageUp, .halfUp: scroll = max(0, scroll - max(1, height - 6))
    case .top: scroll = 0
    case .some(let id) where CommandTable.command(id)?.opensPage == true: return .runs(id, "")
    default: break
    }
    return .consumed
  }

  /// The groups, each with its title first.
  private func sections(_ state: ConsoleState) -> [[StyledLine]] {
    // A number that is kept for a page to come is no key of this console.
    let commands = CommandTable.commands(on: state.spec.id).filter { !ReservedKeys.isReserved($0.id) }
    let own = commands.filter { if case .pages = $0.scope { true } else { false } }
    let ownIDs = Set(own.map(\.id))
    var sections = [section(state.spec.title, own, state)]
    for group in Command.Group.allCases {
      sections.append(section(group.rawValue, commands.filter { $0.group == group && !ownIDs.contains($0.id) }, state))
    }
    return sections.filter { $0.count > 1 }
  }

  private func section(_ title: String, _ commands: [Command], _ state: ConsoleState) -> [StyledLine] {
    [StyledLine(title, .title)]
      + commands.map { command in
        let keys = state.keys.text(command.id)
        let shown = keys.isEmpty ? ":\(command.name)" : keys
        let reason = command.disabledReason(state)
        var line = StyledLine(shown.padding(to: Self.keyColumns), reason == nil ? .key : .disabled)
        line.append("  " + command.doc, reason == nil ? .text : .disabled)
        if let reason { line.append(" – \(reason)", .disabled) }
        return line
      }
  }

  func lines(_ state: ConsoleState) -> [StyledLine] { Self.joined(sections(state)) }

  private static func joined(_ blocks: some Sequence<[StyledLine]>) -> [StyledLine] { Array(blocks.joined(separator: [StyledLine()])) }

  /// The sections in `columns` columns: one below the other, or in two columns of about the same height, the page's own first.
  private func laidOut(_ state: ConsoleState, columns: Int) -> [StyledLine] {
    func wrapped(_ columns: Int) -> [[StyledLine]] {
      sections(state).map { $0.flatMap { Paragraph.wrap($0, columns: columns, hanging: Self.keyColumns + 2) } }
    }
    let half = (columns - Self.gap) / 2
    guard half >= Self.leastColumn else { return Self.joined(wrapped(columns)) }
    let blocks = wrapped(half)
    var best: (left: [StyledLine], right: [StyledLine]) = (Self.joined(blocks), [])
    for split in 1..<max(2, blocks.count) {
      let (left, right) = (Self.joined(blocks.prefix(split)), Self.joined(blocks.dropFirst(split)))
      if max(left.count, right.count) < max(best.left.count, best.right.count) { best = (left, right) }
    }
    return (0..<max(best.left.count, best.right.count)).map { row in
      let line = row < best.left.count ? best.left[row] : StyledLine()
      return row < best.right.count ? line.fitted(to: half + Self.gap) + best.right[row] : line
    }
  }

  private func scrollKeys(_ state: ConsoleState) -> String {
    [state.keys.first(.down), state.keys.first(.up)].compactMap { $0 }.joined(separator: " ")
  }

  func draw(_ surface: Surface, _ state: ConsoleState) {
    let width = min(132, surface.boxColumns)
    let all = laidOut(state, columns: width)
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
