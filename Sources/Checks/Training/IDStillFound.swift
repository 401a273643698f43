import ClusterModel
import MigrationPlan
import StrictYAML
import TelemetryModel

extension CheckDefinition {
  static let idStillFound = CheckDefinition(
    id: "logs.id-still-found-after-pod-deleted", assertion: "A pod's records are still found after the pod has been deleted.",
    onFailure: "The pod's records were lost with the pod.",
    howToFix: "Check that the recorder runs, and that it was running while the pod existed.",
    parameters: [CheckFields.requestID, SchemaField("pod", .text, required: true, "the pod that wrote them"), CheckFields.namespace]
  ) { context in
    let id = context.fields.text("requestId", or: "")
    let pod = context.fields.text("pod", or: "")
    let around = try NamespaceWorkloads(context)
    guard !pod.isEmpty else { throw CheckObstacle("the pod that wrote the records is unknown: the lesson's setup is incomplete") }
    let isThere = around.snapshot.pods.contains { $0.namespace == around.namespace && $0.name == pod }
    let count = try await context.records(of: id).count { $0.origin.pod == pod }
    let observed = isThere ? "pod \(pod) still exists" : "\(count) record\(count == 1 ? "" : "s") of the deleted pod \(pod) found"
    return context.finding(!isThere && count > 0, observed, query: "periplus logs --request-id \(id)", grade: .exercised)
  }
}
