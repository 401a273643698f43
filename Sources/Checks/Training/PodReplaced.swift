import ClusterModel
import MigrationPlan
import StrictYAML

extension CheckDefinition {
  static let podReplaced = CheckDefinition(
    id: "cluster.pod-replaced", assertion: "The pod is gone and its workload has all the ready pods it wants.",
    onFailure: "The pod is still there, or its successor is not ready.", howToMend: "Wait for the successor, or delete the pod.",
    parameters: [
      CheckFields.namespace, SchemaField("workload", .text, required: true, "the Deployment"),
      SchemaField("pod", .text, required: true, "the pod that was there before"),
    ]
  ) { context in
    let around = try NamespaceWorkloads(context)
    let name = context.fields.text("workload", or: "")
    let old = context.fields.text("pod", or: "")
    guard let workload = around.workloads(named: [name]).first else {
      throw CheckObstacle("there is no workload \(name) in the namespace \(around.namespace)")
    }
    guard !old.isEmpty else { throw CheckObstacle("the lesson does not know which pod was there before") }
    let ready = workload.pods.filter { $0.isReady && !$0.isTerminating }
    let isGone = !workload.pods.contains { $0.name == old }
    let observed =
      isGone
      ? "\(old) is gone, \(ready.count) of \(workload.desired) ready" : "\(old) is still there"
    return context.finding(
      isGone && workload.desired > 0 && ready.count >= workload.desired, observed, query: "periplus reschedules", grade: .exercised)
  }
}
