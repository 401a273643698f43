import ClusterModel
import MigrationPlan
import StrictYAML

extension CheckDefinition {
  static let podReplaced = CheckDefinition(
    id: "cluster.pod-replaced", assertion: "The pod is gone and all desired replicas of its workload are ready.",
    onFailure: "The pod still exists, or its replacement is not ready.", howToFix: "Wait for the replacement, or delete the pod.",
    parameters: [
      CheckFields.namespace, SchemaField("workload", .text, required: true, "the Deployment"),
      SchemaField("pod", .text, required: true, "the pod that existed before"),
    ]
  ) { context in
    let around = try NamespaceWorkloads(context)
    let name = context.fields.text("workload", or: "")
    let old = context.fields.text("pod", or: "")
    guard let workload = around.workloads(named: [name]).first else {
      throw CheckObstacle("there is no workload \(name) in the namespace \(around.namespace)")
    }
    guard !old.isEmpty else { throw CheckObstacle("the pod that existed before is unknown: the lesson's setup is incomplete") }
    let ready = workload.pods.filter { $0.isReady && !$0.isTerminating }
    let isGone = !workload.pods.contains { $0.name == old }
    let observed =
      isGone
      ? "pod \(old) is gone, \(ready.count) of \(workload.desired) ready" : "pod \(old) still exists"
    return context.finding(
      isGone && workload.desired > 0 && ready.count >= workload.desired, observed, query: "periplus reschedules", grade: .exercised)
  }
}
