import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
package import Views

extension PageID {
  package static let health = PageID("health")
}

/// Every workload of every cluster on one board, worst first.
package struct HealthPage: ListPage {
  package static let spec = PageSpec(
    .health, title: "Health",
    tab: .init(
      key: "2", doc: "Health: every workload of every cluster, worst first",
      mark: { context in
        let red = context.isUnknown ? 0 : context.shown.clusters.reduce(0) { $0 + $1.verdicts.count { $0.status == .red } }
        return red > 0 ? StyledRun("✖\(red)", .red) : nil
      }),
    link: .init(name: "health", rest: .filter),
    search: .init("a name, red, amber, words of a reason, kind:job, namespace:NAME, cluster:NAME", isLive: true),
    uses: [.rowLogs, .owner, .node, .sort, .delete, .scale, .restart])

  package var rows = RowList<HealthView.Tile> {
    "\($0.verdict.cluster)/\($0.verdict.subject.namespace)/\($0.verdict.subject.display)"
  }
  package var query = ListQuery(order: HealthView.Order.worstFirst)
  private(set) var view: HealthView?
  /// The latest reschedules, newest first: for the room that a quiet board leaves.
  private(set) var latest: [Reschedule] = []

  package init(filter: String = "") { query.filter = filter }
  package init?(_ place: Place, _ context: PageContext) { self.init(filter: place.filter) }

  package var place: Place { Place(.health, filter: filter) }
  var tile: HealthView.Tile? { row }

  package mutating func refresh(_ context: PageContext) {
    let data = context.shown
    let view = HealthView(
      clusters: context.isUnknown ? [] : data.clusters, reschedules: data.reschedules, ledger: data.ledger, now: context.moment,
      filter: filter, order: order)
    self.view = view
    latest = filter.isEmpty ? HealthPage.latest(of: data.reschedules, now: context.moment) : []
    rows.fill(view.tiles)
  }

  private static func latest(of all: [Reschedule], now: Timestamp) -> [Reschedule] {
    // Ten of what may be thousands: they are picked, not sorted.
    var latest: [Reschedule] = []
    // What ended because it was done, or with its node, is no news on a page of what is wrong.
    for entry in all where entry.counts && entry.cause != .completed && HealthView.hour(of: entry.at, now: now) != nil {
      if latest.count == 10, let last = latest.last, (entry.at, last.key) <= (last.at, entry.key) { continue }
      let place = latest.firstIndex { ($0.at, entry.key) < (entry.at, $0.key) } ?? latest.count
      latest.insert(entry, at: place)
      if latest.count > 10 { latest.removeLast() }
    }
    return latest
  }

  package func enter() -> PageOutcome {
    guard let tile, let place = Place(cluster: tile.verdict.cluster, object: tile.verdict.subject) else {
      return .say("There is nothing to drill into.")
    }
    return .go(place)
  }

  package func selection(_ context: PageContext) -> Selection {
    guard let tile else { return Selection() }
    return Selection(verdict: tile.verdict, churn: tile.churn, context)
  }

  package func document(_ context: PageContext) -> Document {
    Document(report: { view?.report(face: context.face) ?? Report("Health") }, json: { view?.jsonLines ?? [] })
  }
}
