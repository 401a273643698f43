import ClusterModel
import Kubernetes
import Screen
import TelemetryModel
import TimeFormat
import Views

extension PageID {
  package static let workload = PageID("workload")
}

extension CommandID {
  package static let owner = CommandID("owner")
}

/// A workload drilled into: why, what changed, its pods, its last log lines.
package struct WorkloadPage: Page {
  package static let spec = PageSpec(
    .workload, title: "Workload", parent: .health,
    link: .init(name: "health", rest: .objects(.named { !$0.isOf(.pods) && !$0.isOf(.nodes) })),
    uses: [.rowLogs, .owner, .node, .delete, .scale, .restart],
    rowCommands: [
      Command(
        .owner, .go, ["o"], "The workload that owns the row", scope: .pages, hint: "owner",
        action: .leads { row, _ in row.owner.flatMap { Place(cluster: $0.cluster, object: $0.reference) } },
        disabled: { $0.selection.owner == nil ? "No owner of this row in a watched cluster." : nil })
    ])
  private static let lastLinesSlot = "lastLines"

  let cluster: String
  let reference: ObjectReference
  var list = ListState()
  private(set) var view: WorkloadView?
  private(set) var churn = 0
  private(set) var lastLines: [LogRecord] = []
  private var gate = NewsGate()

  package init?(_ place: Place, _ context: PageContext) {
    guard let object = place.object else { return nil }
    (cluster, reference) = (place.cluster, object)
  }

  package static func collect(into palette: inout PaletteIndex, _ context: PageContext) {
    for health in context.shown.clusters {
      for verdict in health.verdicts { palette.add(verdict) }
    }
  }

  package var place: Place { Place(.workload, cluster: cluster, object: reference) }
  package var title: String { reference.name }
  package var lists: [ListState] {
    get { [list] }
    set { list = newValue[0] }
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .opened: return load(context)
    case .changed(.logs): return gate.admits() ? load(context) : .done
    case .refreshed: refresh(context)
    case .answered(_, let answer):
      if case .success(let records as [LogRecord]) = answer { lastLines = records }
      if gate.answered() { return load(context) }
    case .picked(let row, _): list.selected = row
    case .command(let command, _):
      if list.move(command) { return .done }
      guard command == .enter else { return .ignored }
      guard let pod else { return .say("There is no pod to drill into.") }
      return .go(PodPage.place(of: pod.name, namespace: pod.namespace, cluster: cluster))
    case .changed, .sorted: break
    }
    return .done
  }

  private mutating func load(_ context: PageContext) -> PageOutcome {
    gate.ask()
    let snapshot = context.isUnknown ? nil : context.shown.health(of: cluster)?.snapshot
    return .load(LastLogLines(of: WorkloadLogs(of: reference, in: snapshot), cluster: cluster), Self.lastLinesSlot)
  }

  private mutating func refresh(_ context: PageContext) {
    guard !context.isUnknown, let health = context.shown.health(of: cluster) else { return view = nil }
    let view = WorkloadView(reference: reference, health: health, reschedules: context.shown.reschedules, now: context.moment)
    churn = view.reschedules.count { $0.counts && !$0.cause.isPlanned && HealthView.hour(of: $0.at, now: context.moment) != nil }
    self.view = view
    list.fill(view.pods.count)
  }

  private var pod: Pod? {
    guard let pods = view?.pods, pods.indices.contains(list.selected) else { return nil }
    return pods[list.selected]
  }

  package func selection(_ context: PageContext) -> Selection {
    // Without a verdict it is the workload all the same, e.g. one that is gone.
    let verdict = view?.verdict ?? HealthVerdict(subject: reference, cluster: cluster, status: .unknown)
    var selection = Selection(verdict: verdict, churn: churn, context)
    selection.link = place
    if let controller = view?.workload?.controller { selection.owner = .init(cluster: cluster, reference: controller) }
    if let pod {
      selection.pod = .init(cluster: cluster, namespace: pod.namespace, name: pod.name)
      selection.copyText = pod.name
      selection.node = .init(of: pod, in: cluster)
      selection.logQuery = context.logQuery("pod:\(pod.name)", in: cluster)
    }
    return selection
  }

  package func document(_ context: PageContext) -> Document {
    Document(
      isLoading: context.isConnecting(cluster),
      report: {
        let nothing = context.reasonForNothing(of: cluster)?.map(\.text) ?? ["\(reference.display) is no longer in \(cluster)."]
        return view?.report(face: context.face, now: context.moment) ?? Report(reference.display, nothing.map { .text($0) })
      })
  }
}
