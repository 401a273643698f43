import ClusterModel
import MigrationPlan
import StrictYAML
import TelemetryModel

extension CheckDefinition {
  static let idStillFound = CheckDefinition(
    id: "logs.id-still-found-after-pod-deleted", assertion: "Records that a pod wrote are still found when the pod is gone.",
    onFailure: "With the pod, its records went.", howToMend: "Is the recorder running, and did it run while the pod lived?",
    parameters: [CheckFields.requestID, SchemaField("pod", .text, required: true, "the pod that wrote them"), CheckFields.namespace]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let pod = context.fields.text("pod", or: "")
    let around = try NamespaceWorkloads(context)
    guard !pod.isEmpty else { throw CheckObstacle("the lesson does not know which pod wrote the records") }
    let isThere = around.snapshot.pods.contains { $0.namespace == around.namespace && $0.name == pod }
    let count = try await context.records(of: id).count { $0.origin.pod == pod }
    let observed = isThere ? "\(pod) is still there" : "\(count) record\(count == 1 ? "" : "s") of \(pod) found, which is gone"
    return context.finding(!isThere && count > 0, observed, query: "periplus logs --request-id \(id)", grade: .exercised)
  }
}
