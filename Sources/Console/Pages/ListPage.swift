/// A page that is one list, with a search and an order: what such pages do alike with keys, clicks and the history.
package protocol ListPage: Page {
  associatedtype Row: Sendable
  associatedtype Order: RawRepresentable<String> & CaseIterable & Equatable & Sendable

  var rows: RowList<Row> { get set }
  var query: ListQuery<Order> { get set }

  /// Makes the rows anew from what is known.
  mutating func refresh(_ context: PageContext)
  /// What Enter does with the row at the cursor.
  func enter() -> PageOutcome
  /// The order that a click on a column's header asks for; `nil` where the column has none.
  func order(byColumn column: Int) -> Order?
}

extension ListPage {
  package var lists: [ListState] {
    get { [rows.state] }
    set { rows.state = newValue[0] }
  }
  package var settings: [String: String] {
    get { query.settings }
    set { query.settings = newValue }
  }

  var list: ListState { rows.state }
  var filter: String { query.filter }
  var order: Order { query.order }
  /// The row at the cursor.
  var row: Row? { rows.row }

  package func order(byColumn column: Int) -> Order? { nil }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .refreshed: refresh(context)
    case .command(let command, let argument): return perform(command, argument, context)
    case .picked(let row, _): rows.pick(row)
    case .sorted(let column):
      guard let order = order(byColumn: column) else { break }
      query.order = order
      refresh(context)
    case .opened, .changed, .answered: break
    }
    return .done
  }

  private mutating func perform(_ command: CommandID, _ argument: String, _ context: PageContext) -> PageOutcome {
    if rows.move(command) { return .done }
    if let change = query.perform(command, argument) {
      if change == .rows { rows.reset() }
      refresh(context)
      if case .order(let words) = change { return .say(words) }
      return .done
    }
    return command == .enter ? enter() : .ignored
  }
}
