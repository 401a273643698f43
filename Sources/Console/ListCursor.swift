import Screen

/// Which row of a list is selected, and which one stands on top.
package struct ListCursor: Sendable, Hashable {
  package var selected = 0
  package var top = 0

  package init(selected: Int = 0) { self.selected = selected }

  /// Moves by a motion command; `false` when the command is none.
  mutating func move(_ command: CommandID, count: Int, page rows: Int) -> Bool {
    switch command {
    case .down: selected += 1
    case .up: selected -= 1
    case .top: selected = 0
    case .bottom: selected = count - 1
    case .pageDown: selected += max(1, rows)
    case .pageUp: selected -= max(1, rows)
    case .halfDown: selected += max(1, rows / 2)
    case .halfUp: selected -= max(1, rows / 2)
    default: return false
    }
    clamp(count)
    return true
  }

  mutating func clamp(_ count: Int) { selected = max(0, min(selected, count - 1)) }

  /// Keeps the selected row in sight of `visible` rows.
  mutating func settle(count: Int, visible: Int) {
    clamp(count)
    top = Table.scroll(from: top, selected: count > 0 ? selected : nil, rowCount: count, visible: visible)
  }
}
