/// The kinds of workload that are known.
package enum WorkloadKinds {
  package static let all: [WorkloadKind] = [.deployment, .replicaSet, .statefulSet, .daemonSet, .job, .cronJob, .barePod]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The kind of a name such as `Deployment`; ``WorkloadKind/operatorOwned`` for one that is not known.
  package static func of(_ name: String) -> WorkloadKind { byName[name] ?? .operatorOwned }

  /// `Deployments, StatefulSets and DaemonSets`: the kinds with a property, for sentences.
  package static func words(where hasProperty: (WorkloadKind) -> Bool) -> String {
    let names = all.filter(hasProperty).map(\.plural)
    guard let last = names.last, names.count > 1 else { return names.first ?? "none" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }
}
