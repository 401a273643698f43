import ClusterModel
import Kubernetes
import Screen
import Views

extension PageID {
  package static let nodes = PageID("nodes")
}

/// Every node of every cluster, worst first.
package struct NodesPage: Page {
  package static let spec = PageSpec(
    .nodes, title: "Nodes", parent: .health, link: .init(name: "nodes", rest: .filter),
    search: .init("a name, a cluster, not ready, cordoned, a taint, a version", isLive: true), uses: [.owner, .sort],
    commands: [
      Command(.init("nodes"), .go, [], "Nodes: conditions, capacity and cordons, worst first", action: .opens(.nodes))
    ])

  private(set) var list = ListState()
  private(set) var filter: String
  private(set) var order = NodesView.Order.worstFirst
  private(set) var view: NodesView?

  package init?(_ place: Place, _ context: PageContext) { filter = place.filter }

  package var place: Place { Place(.nodes, filter: filter) }
  package var lists: [ListState] {
    get { [list] }
    set { list = newValue[0] }
  }
  package var settings: [String: String] {
    get { ["order": order.rawValue] }
    set { order = newValue["order"].flatMap(NodesView.Order.init) ?? order }
  }

  var row: NodesView.Row? {
    guard let rows = view?.rows, rows.indices.contains(list.selected) else { return nil }
    return rows[list.selected]
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .refreshed: refresh(context)
    case .command(let command, let argument): return perform(command, argument, context)
    case .picked(let row, _):
      list.selected = row
      anchor()
    case .sorted(let column): sort(byColumn: column, context)
    case .opened, .changed, .answered: break
    }
    return .done
  }

  private mutating func refresh(_ context: PageContext) {
    let snapshots = context.isUnknown ? [] : context.shown.clusters.map(\.snapshot)
    let view = NodesView(snapshots, now: context.moment, filter: filter, order: order)
    self.view = view
    list.fill(view.rows.count) { NodesPage.key(view.rows[$0]) == $1 }
  }

  private mutating func anchor() { list.anchor = row.map(NodesPage.key) }

  private static func key(_ row: NodesView.Row) -> String { "\(row.cluster)/\(row.node.name)" }

  private mutating func sort(byColumn column: Int, _ context: PageContext) {
    let columns = listing(width: .max).tableColumns
    guard columns.indices.contains(column) else { return }
    switch columns[column].title {
    case "cpu req": order = .mostCPU
    case "mem req": order = .mostMemory
    case "node", "cluster": order = .byName
    case "state", "why": order = .worstFirst
    default: return
    }
    refresh(context)
  }

  /// The column by which the rows are ordered.
  var sortedColumn: Int? {
    let title =
      switch order {
      case .worstFirst: "state"
      case .mostCPU: "cpu req"
      case .mostMemory: "mem req"
      case .byName: "node"
      }
    return listing(width: .max).tableColumns.firstIndex { $0.title == title }
  }

  /// The cluster has a column when there is more than one.
  func listing(width: Int) -> Listing<NodesView.Row> {
    let listing = NodeListings.nodes(width: width)
    return view?.hasManyClusters == true ? listing : listing.without("cluster")
  }

  private mutating func perform(_ command: CommandID, _ argument: String, _ context: PageContext) -> PageOutcome {
    if list.move(command) {
      anchor()
      return .done
    }
    switch command {
    case .enter:
      guard let row else { return .say("There is no node to drill into.") }
      return .go(NodePage.place(of: row.node.name, cluster: row.cluster))
    case .sort:
      let all = NodesView.Order.allCases
      order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
      refresh(context)
      return .say("Order: \(order.rawValue)")
    case .search:
      filter = argument
      list.reset()
      refresh(context)
      return .done
    case .back:
      guard !filter.isEmpty else { return .ignored }
      filter = ""
      refresh(context)
      return .done
    default: return .ignored
    }
  }

  package func selection(_ context: PageContext) -> Selection {
    guard let row else { return Selection() }
    return Selection(row, context)
  }

  package func document(_ context: PageContext) -> Document {
    Document(report: { view?.report(face: context.face) ?? Report("Nodes") }, json: { view?.jsonLines ?? [] })
  }
}

extension Selection {
  /// A node, with its verdict and what was done to it.
  init(_ row: NodesView.Row, _ context: PageContext) {
    self.init(verdict: row.verdict, churn: 0, context)
    let why = row.why(face: context.face, now: context.moment)
    copyText = "\(row.cluster) \(row.node.name) \(row.state.text)" + (why.isEmpty ? "" : ": \(why.joined(separator: "; "))")
    explanation += why
    explanation.append("CPU requested: \(row.cpuText). Memory requested: \(row.memoryText).")
  }
}
