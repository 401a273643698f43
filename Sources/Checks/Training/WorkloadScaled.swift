import ClusterModel
import MigrationPlan
import StrictYAML

extension CheckDefinition {
  static let workloadScaled = CheckDefinition(
    id: "cluster.workload-scaled", assertion: "The workload has this many desired replicas.",
    onFailure: "It has another number of desired replicas.",
    howToFix: "Scale the workload.",
    parameters: [
      CheckFields.namespace, SchemaField("workload", .text, required: true, "the Deployment"),
      SchemaField("replicas", .integer(0...1000), required: true, "how many"),
    ]
  ) { context in
    let around = try NamespaceWorkloads(context)
    let name = context.fields.text("workload", or: "")
    guard let workload = around.workloads(named: [name]).first else {
      throw CheckObstacle("there is no workload \(name) in the namespace \(around.namespace)")
    }
    return context.finding(
      workload.desired == context.fields.integer("replicas"), "\(name): \(workload.desired) desired",
      query: "kubectl -n \(around.namespace) get deployment \(name)")
  }
}
