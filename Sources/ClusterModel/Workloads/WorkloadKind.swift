package import Kubernetes

/// What sets one kind of workload apart, whole: nothing else in Periplus asks which kind a workload is of.
///
/// A kind is one file with one value, and its line in ``WorkloadKinds/all``.
package struct WorkloadKind: Sendable {
  package let type: ResourceType
  /// Whether objects of the kind are listed and watched, and so have verdicts and a page of their own.
  package var isWatched = true
  /// Whether its subresource `scale` sets how many pods it keeps.
  package var isScalable = false
  /// Whether `kubectl rollout restart` replaces its pods.
  package var isRestartable = false
  /// Its pods end when their work is done: what has succeeded counts as ready, and a new pod is no scaling.
  package var runsToCompletion = false
  /// What rolls it out, where an object of the kind is one revision of its owner and the pods belong to that owner.
  package var revisionOf: ResourceType?
  /// A pod that failed by itself is tried again as often as its specification says.
  package var retries = false
  /// What starts it by the clock, where its objects are the runs of one workload.
  package var runOf: ResourceType?
  /// Its desired count is no field of the spec: the controller writes it to the status some time after the object was made.
  package var isCountedInStatus = false
  /// `kubectl drain` leaves its pods on the node.
  package var isLeftByDrain = false
  /// Sets what the kind keeps in places of its own.
  var finish: @Sendable (inout Workload, WorkloadFields) -> Void = { _, _ in }
  /// Of pods that nothing but a deletion ended, those that the workload's controller deleted by plan, each with its cause.
  var plannedEnds: @Sendable (LedgerGroup, [Int]) -> [(Int, CauseInference.Finding)] = { _, _ in [] }
  /// Which pod took an ended one's place, by the kind of the ended pod's own controller; its place in the group.
  var successor: @Sendable (SuccessorSearch) -> Int? = { $0.earliest() }
  /// Whether it is settled that nobody takes an ended pod's place; asked some seconds after the end.
  var isSettledWithout: @Sendable (LedgerGroup, WorkloadFact, PodFact) -> Bool = { _, _, _ in false }

  init(_ type: ResourceType) { self.type = type }

  /// `Deployment`.
  package var name: String { type.kind }

  /// Whether its objects are revisions of what owns them.
  package var isRevision: Bool { revisionOf != nil }

  /// `Deployments`.
  package var plural: String { "\(type.kind)s" }
}

/// What the decoder reads for some kinds only.
struct WorkloadFields {
  /// Job: `spec.completions` and `spec.parallelism`.
  var completions: Int?
  var parallelism: Int?
}

extension ObjectReference {
  /// The kind of workload that it names; ``WorkloadKind/operatorOwned`` for one that is not known.
  package var workloadKind: WorkloadKind { WorkloadKinds.of(kind) }
}

extension Workload {
  package var kind: WorkloadKind { reference.workloadKind }
}
