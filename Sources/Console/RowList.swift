/// The rows of a list with a cursor that stays on its row when rows come, go, change their order or fold.
package struct RowList<Row: Sendable>: Sendable {
  /// How a row answers to the name under which the cursor was left.
  enum Match: Sendable { case none, contains, exactly }

  var state = ListState()
  private(set) var rows: [Row] = []
  /// The row's name, unlike that of all other rows.
  private let name: @Sendable (Row) -> String
  private let match: @Sendable (Row, String) -> Match

  init(name: @escaping @Sendable (Row) -> String) {
    self.init(name: name) { name($0) == $1 ? .exactly : .none }
  }

  /// - Parameter match: for rows that stand for several others: a cursor that was left on one of those goes to the row which contains it.
  init(name: @escaping @Sendable (Row) -> String, match: @escaping @Sendable (Row, String) -> Match) {
    (self.name, self.match) = (name, match)
  }

  /// The row at the cursor.
  var row: Row? { rows.indices.contains(state.selected) ? rows[state.selected] : nil }

  mutating func fill(_ rows: [Row]) {
    self.rows = rows
    let hasExact = state.anchor.map { anchor in
      if rows.indices.contains(state.selected), match(rows[state.selected], anchor) == .exactly { return true }
      return rows.contains { match($0, anchor) == .exactly }
    }
    state.fill(rows.count) { match(rows[$0], $1) == .exactly || hasExact != true && match(rows[$0], $1) == .contains }
  }

  /// Moves by a motion command; `false` when the command is none.
  mutating func move(_ command: CommandID) -> Bool {
    guard state.move(command) else { return false }
    state.anchor = row.map(name)
    return true
  }

  mutating func pick(_ row: Int) {
    state.selected = row
    state.anchor = self.row.map(name)
  }

  /// Back to the first row, for other rows.
  mutating func reset() { state.reset() }
}

/// What a list is searched for and how it is ordered, and the commands that change it.
package struct ListQuery<Order: RawRepresentable<String> & CaseIterable & Equatable & Sendable>: Sendable {
  var filter = ""
  var order: Order

  enum Change: Equatable, Sendable {
    /// Other rows: the cursor begins anew.
    case rows
    /// All rows again: the cursor stays on its row.
    case all
    /// The same rows in another order, in words.
    case order(String)
  }

  /// `nil` when the command changes nothing here.
  mutating func perform(_ command: CommandID, _ argument: String) -> Change? {
    switch command {
    case .sort:
      let all = Array(Order.allCases)
      order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
      return .order("Order: \(order.rawValue)")
    case .search:
      filter = argument
      return .rows
    case .clear where !filter.isEmpty:
      filter = ""
      return .all
    default: return nil
    }
  }

  /// What the history of pages keeps.
  var settings: [String: String] {
    get { ["order": order.rawValue] }
    set { order = newValue["order"].flatMap(Order.init(rawValue:)) ?? order }
  }
}
