import ClusterModel
import Kubernetes
import Screen
import TelemetryModel
import TimeFormat
import Views

extension PageID {
  package static let pod = PageID("pod")
}

/// One pod: containers, conditions, events, last log lines.
package struct PodPage: Page {
  package static let spec = PageSpec(
    .pod, title: "Pod", parent: .health,
    link: .init(name: "health", rest: .objects(.named { $0.isOf(.pods) })), uses: [.rowLogs, .owner, .node, .delete])
  private static let lastLinesSlot = "lastLines"

  let cluster: String
  let namespace: String
  let name: String
  var list = ListState()
  private(set) var pod: Pod?
  private(set) var events: [ClusterEvent] = []
  private(set) var owner: ObjectReference?
  private(set) var lastLines: [LogRecord] = []
  private var gate = NewsGate()

  package init?(_ place: Place, _ context: PageContext) {
    guard let object = place.object, object.isOf(.pods) else { return nil }
    (cluster, namespace, name) = (place.cluster, object.namespace, object.name)
  }

  static func place(of name: String, namespace: String, cluster: String) -> Place {
    Place(.pod, cluster: cluster, object: ObjectReference(kind: "Pod", namespace: namespace, name: name))
  }

  package var place: Place { Self.place(of: name, namespace: namespace, cluster: cluster) }
  package var title: String { name }
  package var lists: [ListState] {
    get { [list] }
    set { list = newValue[0] }
  }

  package mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome {
    switch input {
    case .opened: return load()
    case .changed(.logs): return gate.admits() ? load() : .done
    case .refreshed: refresh(context)
    case .answered(_, let answer):
      if case .success(let records as [LogRecord]) = answer { lastLines = records }
      if gate.answered() { return load() }
    case .picked(let row, _): list.selected = row
    case .command(let command, _):
      if list.move(command) { return .done }
      guard command == .enter, let query = selection(context).logQuery else { return .ignored }
      return .go(Place(.logs, filter: query))
    case .changed, .sorted: break
    }
    return .done
  }

  private mutating func load() -> PageOutcome {
    gate.ask()
    return .load(LastLogLines(ofPod: name, namespace: namespace, cluster: cluster), Self.lastLinesSlot)
  }

  private mutating func refresh(_ context: PageContext) {
    let snapshot = context.isUnknown ? nil : context.shown.health(of: cluster)?.snapshot
    pod = snapshot?.pod(name, in: namespace)
    events = (snapshot?.events ?? []).filter { $0.object.kind == "Pod" && $0.object.name == name && $0.object.namespace == namespace }
      .sorted { ($0.last ?? Timestamp(nanoseconds: 0)) > ($1.last ?? Timestamp(nanoseconds: 0)) }
    owner = pod.flatMap { snapshot?.owner(of: $0) } ?? owner
    list.fill(containers.count)
  }

  var containers: [Container] { (pod?.initContainers ?? []) + (pod?.containers ?? []) }

  package func selection(_ context: PageContext) -> Selection {
    var selection = Selection()
    selection.pod = .init(cluster: cluster, namespace: namespace, name: name)
    selection.owner = owner.map { .init(cluster: cluster, reference: $0) }
    selection.logQuery = context.logQuery("pod:\(name)", in: cluster)
    if containers.count > 1, containers.indices.contains(list.selected) {
      selection.logQuery = context.logQuery("pod:\(name) container:\(containers[list.selected].name)", in: cluster)
    }
    selection.copyText = name
    selection.link = place
    if let pod {
      selection.node = .init(of: pod, in: cluster)
      selection.explanation = [
        "\(name) is \(pod.phase)" + (pod.reason.isEmpty ? "" : " (\(pod.reason))") + (pod.message.isEmpty ? "." : ": \(pod.message)")
      ]
      selection.explanation += conditions(of: pod)
      selection.explanation += containers.map { state(of: $0, now: context.moment) }
    }
    return selection
  }

  /// What is not as it should be: conditions that are not met, and containers that are not ready.
  func faults(of pod: Pod, now: Timestamp) -> [String] {
    // A container that has done its work is not ready either.
    guard pod.phase != "Succeeded" else { return [] }
    return conditions(of: pod) + pod.containers.filter { !$0.isReady }.map { state(of: $0, now: now) }
  }

  private func conditions(of pod: Pod) -> [String] {
    pod.conditions.filter { $0.status != "True" }.map { condition in
      "\(condition.type) is \(condition.status)" + (condition.reason.isEmpty ? "" : ": \(condition.reason)")
        + (condition.message.isEmpty ? "" : ", \(condition.message)")
    }
  }

  private func state(of container: Container, now: Timestamp) -> String {
    "\(container.name): \(container.stateLine(now: now).text)"
      + (container.lastTermination.map { "; last end \($0.reason) \($0.exitCode)" } ?? "")
  }

  package func document(_ context: PageContext) -> Document {
    Document(report: {
      var report = Report("\(cluster) › \(namespace) › \(name)")
      guard pod != nil else {
        report.add(.text("The pod no longer exists. Its logs are kept."))
        return report
      }
      report.add(.list(selection(context).explanation))
      report.add(.heading("Events"))
      report.add(.list(events.map { ($0.last.map { context.face.full($0) + " " } ?? "") + "\($0.reason): \($0.message)" }))
      return report
    })
  }
}
