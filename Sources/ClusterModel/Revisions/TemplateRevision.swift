package import TimeFormat

/// An object that keeps a pod template of a workload: a ReplicaSet of a Deployment, a ControllerRevision of a StatefulSet or DaemonSet.
package struct TemplateRevision: Sendable, Hashable {
  package var number: Int
  /// The numbers that it had before a rollback gave it the present one, where its kind keeps them
  /// (annotation `deployment.kubernetes.io/revision-history`).
  package var earlier: [Int]
  /// When the template was there for the first time.
  package var created: Timestamp?
  package var template: PodTemplate

  package init(number: Int, earlier: [Int] = [], created: Timestamp?, template: PodTemplate) {
    self.number = number
    self.earlier = earlier
    self.created = created
    self.template = template
  }
}

extension ClusterSnapshot {
  /// The pod templates of a workload that the cluster still keeps, oldest first.
  package func revisions(of workload: Workload) -> [TemplateRevision] {
    let owner = workload.reference
    let sets = workloads[WorkloadKind.replicaSet.name].filter { $0.controller.map { $0.hasName(of: owner) } ?? false }
      .map { TemplateRevision(number: Int($0.revision) ?? 0, earlier: $0.earlierRevisions, created: $0.created, template: $0.template) }
    let others = controllerRevisions.filter { $0.controller.map { $0.hasName(of: owner) } ?? false }
      .map { TemplateRevision(number: $0.revision, created: $0.created, template: $0.template) }
    return (sets + others).sorted { ($0.number, $0.created ?? .init(nanoseconds: 0)) < ($1.number, $1.created ?? .init(nanoseconds: 0)) }
  }
}
