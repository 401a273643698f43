import ClusterModel
import Kubernetes
import Screen
package import Views

extension PageID {
  package static let nodes = PageID("nodes")
}

/// Every node of every cluster, worst first.
package struct NodesPage: ListPage {
  package static let spec = PageSpec(
    .nodes, title: "Nodes", parent: .health, link: .init(name: "nodes", rest: .filter),
    search: .init("a name, a cluster, not ready, cordoned, a taint, a version", isLive: true), uses: [.owner, .sort],
    commands: [
      Command(.init("nodes"), .go, [], "Nodes: conditions, capacity and cordons, worst first", action: .opens(.nodes))
    ])

  package var rows = RowList<NodesView.Row> { "\($0.cluster)/\($0.node.name)" }
  package var query = ListQuery(order: NodesView.Order.worstFirst)
  private(set) var view: NodesView?

  package init?(_ place: Place, _ context: PageContext) { query.filter = place.filter }

  package var place: Place { Place(.nodes, filter: filter) }
  package mutating func refresh(_ context: PageContext) {
    let snapshots = context.isUnknown ? [] : context.shown.clusters.map(\.snapshot)
    let view = NodesView(snapshots, now: context.moment, filter: filter, order: order)
    self.view = view
    rows.fill(view.rows)
  }

  package func order(byColumn column: Int) -> NodesView.Order? {
    let columns = listing(width: .max).tableColumns
    guard columns.indices.contains(column) else { return nil }
    return switch columns[column].title {
    case "cpu req": .mostCPU
    case "mem req": .mostMemory
    case "node", "cluster": .byName
    case "state", "why": .worstFirst
    default: nil
    }
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

  package func enter() -> PageOutcome {
    guard let row else { return .say("There is no node to drill into.") }
    return .go(NodePage.place(of: row.node.name, cluster: row.cluster))
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
