import Kubernetes
package import TimeFormat

/// A list takes the place of what was known: what it no longer has is gone, and what nobody saw in between is a declared gap.
extension LedgerEngine {
  mutating func relist(
    _ resource: ClusterResource, _ objects: [ClusterObject], at: Timestamp, _ dirty: inout Set<String>, _ output: inout LedgerOutput
  ) {
    let isFirst = listed.insert(resource).inserted && !resumed.contains(resource)
    let before = heard[resource] ?? at
    var present: Set<String> = []
    let wasAway = resumed.remove(resource) != nil
    var differs = wasAway
    for object in objects {
      present.insert(object.identity)
      switch object {
      case .pod(let pod):
        let known = pods[pod.uid]
        if let known {
          for container in pod.containers where container.restartCount > (known.containers[container.name]?.count ?? 0) + 1 {
            differs = true
          }
        } else if !isFirst {
          differs = true
        }
        put(pod, at: at, isBaseline: isFirst, inList: true, unseenSince: isFirst ? nil : before, &dirty, &output)
      case .workload(let workload): put(workload, at: at, notBefore: before, inList: true, &dirty)
      case .node(let node): put(node, at: at, &dirty)
      case .event(let event): put(event, &dirty)
      case .namespace(let namespace): put(namespace, &dirty)
      case .service, .endpointSlice, .controllerRevision: break
      }
    }
    switch resource.content {
    case .pods:
      if isFirst {
        began = at
        noteBlind(from: Timestamp(nanoseconds: 0), to: at)
        // Those without pods were not looked at before.
        dirty.formUnion(workloads.map(\.key))
      }
      for (uid, fact) in pods where fact.goneAt == nil && !present.contains(uid) {
        // One that was asked to go has gone as expected.
        if fact.deletionRequested == nil { differs = true }
        podGone(uid, at: at, after: before, &dirty, &output)
      }
      if differs, !isFirst, before < at {
        noteBlind(from: before, to: at)
        let reason = wasAway ? Self.away : "pods came or went while the watch was interrupted"
        output.gaps.append(LedgerGap(cluster: cluster, from: before, to: at, reason: reason))
      }
    case .workloads:
      for (uid, fact) in workloads where fact.reference.kind == resource.kind && fact.gone == nil && !present.contains(uid) {
        workloadGone(uid, Interval(from: before, to: at), &dirty)
      }
    case .nodes:
      let names = Set(objects.compactMap { if case .node(let node) = $0 { node.name } else { nil } })
      for (name, fact) in nodes where fact.gone == nil && !names.contains(name) {
        nodes[name]?.gone = at
        dirty.formUnion(open)
      }
    case .namespaces:
      let names = Set(objects.compactMap { if case .namespace(let namespace) = $0 { namespace.name } else { nil } })
      for name in Set(pods.values.map(\.namespace)) where !names.contains(name) && namespaceEnds[name] == nil && !isFirst {
        namespaceEnds[name] = before
        dirty.formUnion(open)
      }
    case .events, .services, .endpointSlices, .controllerRevisions: break
    }
  }

  /// Says that the cluster was not seen for a while, whatever the next list shows.
  package mutating func declareGap(from: Timestamp, to: Timestamp, reason: String) -> LedgerOutput {
    var output = LedgerOutput()
    output.gaps.append(LedgerGap(cluster: cluster, from: clock.time(from), to: clock.time(to), reason: reason))
    return output
  }
}
