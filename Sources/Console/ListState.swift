/// A list of a page: which row is selected, and which one stands on top. The page says how many rows there are and the shell, after each
/// frame, which of them were in sight.
package struct ListState: Sendable, Hashable {
  package var selected = 0
  /// The first row in sight.
  package var top = 0
  /// Rows in sight in the last frame.
  package var visible = 10
  /// What tells the selected row from the others, so that the cursor stays on it when rows come, go or change their order.
  package var anchor: String?
  private var count = 0

  package init(selected: Int = 0, anchor: String? = nil) {
    self.selected = selected
    self.anchor = anchor
  }

  /// Moves by a motion command; `false` when the command is none.
  mutating func move(_ command: CommandID) -> Bool {
    switch command {
    case .down: selected += 1
    case .up: selected -= 1
    case .top: selected = 0
    case .bottom: selected = count - 1
    case .pageDown: selected += max(1, visible)
    case .pageUp: selected -= max(1, visible)
    case .halfDown: selected += max(1, visible / 2)
    case .halfUp: selected -= max(1, visible / 2)
    default: return false
    }
    clamp()
    return true
  }

  /// The list has so many rows now.
  mutating func fill(_ count: Int) {
    self.count = count
    clamp()
  }

  /// The list has so many rows now; the cursor goes to the one that `isAnchor` knows by the anchor, if it is there.
  mutating func fill(_ count: Int, isAnchor: (Int, String) -> Bool) {
    self.count = count
    if let anchor, !((0..<count).contains(selected) && isAnchor(selected, anchor)),
      let index = (0..<count).first(where: { isAnchor($0, anchor) })
    {
      selected = index
    }
    clamp()
  }

  private mutating func clamp() { selected = max(0, min(selected, count - 1)) }

  /// Back to the first row, for other rows.
  mutating func reset() { (selected, top, anchor) = (0, 0, nil) }
}
