import ClusterModel
import MigrationPlan
import StrictYAML
import TimeFormat

extension CheckDefinition {
  static let statefulSetOrdered = CheckDefinition(
    id: "cluster.statefulset-ordered",
    assertion: "The StatefulSet's pods were updated from the highest ordinal to the lowest, each ready before the next was replaced.",
    onFailure: "The update is not finished, or pods were replaced out of turn: two of them may have been away at the same time.",
    howToFix: "Wait for kubectl rollout status; keep the update strategy RollingUpdate, and delete no pod by hand while it runs.",
    parameters: [CheckFields.namespace, SchemaField("workload", .text, required: true, "the StatefulSet")]
  ) { context in
    let around = try NamespaceWorkloads(context)
    let subject = "StatefulSet/\(context.fields.text("workload", or: ""))"
    let set = around.snapshot.workloads[namespace: around.namespace].first { $0.reference.display == subject }
    guard let set else { throw CheckObstacle("there is no \(subject) in the namespace \(around.namespace)") }
    let update = OrderedUpdate(set, around.snapshot.pods(in: around.namespace).filter { around.owner(of: $0) == subject })
    return context.finding(
      update.trouble == nil, update.trouble ?? "\(update.names.joined(separator: ", ")) in turn, each ready before the next",
      query:
        "kubectl -n \(around.namespace) get pods -l controller-revision-hash=\(set.updateRevision) --sort-by=.metadata.creationTimestamp",
      grade: .exercised)
  }
}

/// What a rolling update promises of a StatefulSet whose pods are managed `OrderedReady`: the highest ordinal first, and no pod is replaced
/// before its predecessor is ready. The API tells moments in whole seconds.
private struct OrderedUpdate {
  /// The pods that are updated, in the order in which that is to happen.
  let names: [String]
  private let pods: [String: Pod]
  private let revision: String

  init(_ set: Workload, _ pods: [Pod]) {
    // Ordinals below the partition keep their revision.
    let first = max(set.ordinalStart, set.partition)
    names = (first..<max(first, set.ordinalStart + set.desired)).reversed().map { "\(set.reference.name)-\($0)" }
    self.pods = Dictionary(pods.map { ($0.name, $0) }) { first, _ in first }
    revision = set.updateRevision
  }

  /// The first thing that is wrong, in words; `nil` when all is as promised.
  var trouble: String? {
    guard !names.isEmpty else { return "it has no pod to update" }
    var before: (name: String, ready: Timestamp)?
    for name in names {
      guard let pod = pods[name] else { return "there is no pod \(name)" }
      guard pod.labels["controller-revision-hash"] == revision else { return "\(name) is not of the revision \(revision)" }
      guard !pod.isTerminating, let ready = pod.readySince, let created = pod.created else { return "\(name) is not ready" }
      if let before, created < before.ready {
        return "\(name) was created at \(created.rfc3339(.seconds)), before \(before.name) was ready at \(before.ready.rfc3339(.seconds))"
      }
      before = (name, ready)
    }
    return nil
  }
}
