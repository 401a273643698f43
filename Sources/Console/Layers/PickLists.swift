import ClusterModel
import Screen
import TimeFormat
import Views

/// What there is to pick from.
extension ConsoleState {
  /// What can be done with the row, and why what cannot be done cannot.
  func actionsOfRow() -> PickLayer {
    let looks: Set<CommandID> = [.describe, .yaml, .explain, .copy]
    let commands = CommandTable.commands(on: spec.id).filter { command in
      if case .leads = command.action { return command.group != .go || !command.keys.isEmpty }
      return looks.contains(command.id) || command.group == .act
    }
    let rows = commands.map { command -> PickLayer.Row in
      let keys = self.keys.names(command.id)
      let refusal = command.disabledReason(self)
      var line = StyledLine((keys.first ?? ":\(command.name)").padding(to: 10), refusal == nil ? .key : .disabled)
      line.append("  " + command.doc, refusal == nil ? .text : .disabled)
      if let refusal { line.append(" – \(refusal)", .disabled) }
      let isOpen = command.group == .act && command.argument != nil
      return .init(
        line: line, choice: isOpen ? .types("\(command.name) ") : .runs(command.id), refusal: refusal,
        key: keys.first.flatMap { KeyPress(name: $0) })
    }
    let name = selection.object.map { "\($0.reference.display) in \($0.cluster)" } ?? "the row"
    return PickLayer(title: "Actions: \(name)", rows: rows)
  }

  /// The pods of all clusters, those that are not ready first.
  func pods(matching filter: String) -> PickLayer {
    var pods = shared.shown.clusters.flatMap { health in health.snapshot.pods.map { (cluster: health.snapshot.cluster, pod: $0) } }
    let needle = filter.lowercased()
    if !needle.isEmpty {
      pods = pods.filter { "\($0.cluster) \($0.pod.namespace) \($0.pod.name) \($0.pod.node)".lowercased().contains(needle) }
    }
    pods.sort { one, other in
      if one.pod.isWell != other.pod.isWell { return other.pod.isWell }
      return (one.cluster, one.pod.namespace, one.pod.name) < (other.cluster, other.pod.namespace, other.pod.name)
    }
    let columns = (pods.map { TextWidth.width(of: "\($0.cluster) \($0.pod.namespace)/\($0.pod.name)") }.max() ?? 0) + 2
    let rows = pods.map { cluster, pod -> PickLayer.Row in
      let mark = pod.readyMark
      var line = StyledLine("\(cluster) \(pod.namespace)/\(pod.name)".padding(to: columns), .text)
      line += mark
      line.append("  " + (pod.restarts > 0 ? counted(pod.restarts, "restart") + "  " : "") + pod.node, .dim)
      return .init(line: line, choice: .goes(PodPage.place(of: pod.name, namespace: pod.namespace, cluster: cluster)))
    }
    return PickLayer(
      title: "Pods" + (filter.isEmpty ? "" : " / \(filter)"), rows: rows, empty: "No pod\(filter.isEmpty ? "" : " matches \"\(filter)\"").")
  }

  /// Namespaces with what is in them; one leads to its workloads on Health.
  func namespaces() -> PickLayer {
    var counts: [String: [HealthVerdict.Status: Int]] = [:]
    for health in shared.shown.clusters {
      for namespace in health.snapshot.namespaces { counts[namespace.name, default: [:]][.green, default: 0] += 0 }
      for verdict in health.verdicts where !verdict.subject.namespace.isEmpty {
        counts[verdict.subject.namespace, default: [:]][verdict.status, default: 0] += 1
      }
    }
    let columns = (counts.keys.map { TextWidth.width(of: $0) }.max() ?? 0) + 2
    let rows = counts.sorted { $0.key < $1.key }.map { name, statuses -> PickLayer.Row in
      .init(line: StyledLine(name.padding(to: columns)) + Self.words(statuses), choice: .goes(Place(.health, filter: "namespace:\(name)")))
    }
    return PickLayer(title: "Namespaces", rows: rows, empty: "No namespace: no cluster is watched.")
  }

  /// The clusters that are watched; one leads to its workloads on Health.
  func clusters() -> PickLayer {
    let columns = (shared.shown.clusters.map { TextWidth.width(of: $0.snapshot.cluster) }.max() ?? 0) + 2
    let rows = shared.shown.clusters.map { health -> PickLayer.Row in
      let cluster = health.snapshot.cluster
      var line = StyledLine(cluster.padding(to: columns))
      switch health.snapshot.connection {
      case .live: line.append("● connected  ", .green)
      case .connecting: line.append("◌ connecting  ", .grey)
      case .stale(let since, _, _): line.append("◌ stale \((shared.now - since).brief)  ", .grey)
      }
      line.append("\(counted(health.snapshot.nodes.count, "node")), \(counted(health.snapshot.pods.count, "pod"))  ", .dim)
      var statuses: [HealthVerdict.Status: Int] = [:]
      for verdict in health.verdicts { statuses[verdict.status, default: 0] += 1 }
      return .init(line: line + Self.words(statuses), choice: .goes(Place(.health, filter: "cluster:\(cluster)")))
    }
    return PickLayer(title: "Contexts", rows: rows, empty: "No cluster is watched; --context NAME watches one of the kubeconfig.")
  }

  private static func words(_ statuses: [HealthVerdict.Status: Int]) -> StyledLine {
    var line = StyledLine()
    for status in [HealthVerdict.Status.red, .amber, .unknown, .green] {
      if let count = statuses[status], count > 0 { line.append("\(status.glyph) \(count) ", status.role) }
    }
    return line.isEmpty ? StyledLine("no workload", .dim) : line
  }

  /// The events of all clusters, newest first; one leads to its object where that has a page.
  func events(matching filter: String) -> PickLayer {
    var events = shared.shown.clusters.flatMap { health in health.snapshot.events.map { (cluster: health.snapshot.cluster, event: $0) } }
    let needle = filter.lowercased()
    if !needle.isEmpty {
      events = events.filter {
        "\($0.cluster) \($0.event.namespace) \($0.event.object.display) \($0.event.type) \($0.event.reason) \($0.event.message)"
          .lowercased()
          .contains(needle)
      }
    }
    let epoch = Timestamp(nanoseconds: 0)
    events.sort { ($0.event.last ?? epoch) > ($1.event.last ?? epoch) }
    let rows = events.map { cluster, event -> PickLayer.Row in
      var line = StyledLine((event.last.map { (shared.moment - $0).brief } ?? "–").padding(to: 9), .dim)
      line.append(event.reason.padding(to: 14) + " ", event.type == "Warning" ? .amber : .text)
      line.append("\(cluster) \(event.namespace.isEmpty ? "" : event.namespace + "/")\(event.object.display)  ", .text)
      line.append((event.count > 1 ? "×\(event.count) " : "") + event.message, .dim)
      let page: PageID = event.object.kind == "Pod" ? .pod : .workload
      let hasPage = event.object.kind == "Pod" || event.object.workloadKind.isWatched
      return .init(
        line: line, choice: .goes(Place(page, cluster: cluster, object: event.object)),
        refusal: hasPage ? nil : "A \(event.object.kind) has no page.")
    }
    return PickLayer(
      title: "Events" + (filter.isEmpty ? "" : " / \(filter)"), rows: rows,
      empty: filter.isEmpty ? "No event is kept; Kubernetes forgets events after an hour." : "No event matches \"\(filter)\".")
  }
}

extension Pod {
  /// Ready, or done as it should be.
  fileprivate var isWell: Bool { isReady || phase == "Succeeded" }
}

extension Selection {
  /// The object that the row is about: its pod, else its workload, else what a link to it names.
  var object: (cluster: String, reference: ObjectReference)? {
    if let pod, !pod.name.isEmpty { return (pod.cluster, ObjectReference(kind: "Pod", namespace: pod.namespace, name: pod.name)) }
    if let workload { return (workload.cluster, workload.reference) }
    if let link, let reference = link.object { return (link.cluster, reference) }
    return nil
  }
}
