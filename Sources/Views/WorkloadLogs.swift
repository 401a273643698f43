package import ClusterModel
package import TelemetryModel

/// Which log records are a workload's: those of the pods that it owns or owned, whatever service they say they are. A container that fails
/// before it knows its name writes under another one, and those are the lines that are looked for.
package struct WorkloadLogs: Sendable, Hashable {
  package let conditions: [LogQuery.Condition]

  /// - Parameter snapshot: of its cluster; `nil` where it is not known.
  package init(of reference: ObjectReference, in snapshot: ClusterSnapshot?) {
    // Controllers name pods after the workload: by that the dead ones are found, too.
    let start = reference.name + "-"
    // Of web and web-api both begin so: what is another's is taken out.
    let others = snapshot.map { snapshot in
      snapshot.workloads[namespace: reference.namespace].filter { $0.controller == nil && $0.reference.name.hasPrefix(start) }
        .map { "\($0.reference.name)-*" }
        + snapshot.pods(in: reference.namespace).filter { $0.controller == nil && $0.name.hasPrefix(start) }.map(\.name)
    }
    conditions =
      [.field("namespace", .equal, reference.namespace), .field("pod", .equal, start + "*")]
      + Set(others ?? []).sorted().map { .not(.field("pod", .equal, $0)) }
  }

  /// As one writes it: `namespace:default pod:web-* -pod:web-api-*`.
  package var text: String { LogQuery(conditions).text }
}
