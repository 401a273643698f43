package import ClusterModel
import Kubernetes
package import TelemetryModel
package import TimeFormat

/// What the cursor stands on, for the commands that every page understands. Whatever it names, it names with its cluster.
package struct Selection: Sendable {
  package struct PodName: Sendable, Hashable {
    package var cluster: String
    package var namespace: String
    package var name: String
  }

  package struct WorkloadName: Sendable, Hashable {
    package var cluster: String
    package var reference: ObjectReference
  }

  package struct NodeName: Sendable, Hashable {
    package var cluster: String
    package var name: String

    package var reference: ObjectReference { ObjectReference(type: .nodes, name: name) }
  }

  package var requestID: String?
  package var record: LogRecord?
  package var pod: PodName?
  package var workload: WorkloadName?
  package var owner: WorkloadName?
  /// The node itself, or the one on which the row's pod is.
  package var node: NodeName?
  /// The search that finds its records.
  package var logQuery: String? {
    get { findsLogs?() }
    set {
      if let newValue { findsLogs = { newValue } } else { findsLogs = nil }
    }
  }
  /// Makes it when it is asked for: of a workload it looks through its whole cluster, which is too much for every frame.
  var findsLogs: (@Sendable () -> String)?
  package var copyText: String?
  /// Where a deep link leads.
  package var link: Place?
  package var moment: Timestamp?
  /// Why it is so: what `x` shows.
  package var explanation: [String] = []

  package init() {}
}

extension Selection.NodeName {
  /// `nil` while the pod has no node.
  init?(of pod: Pod, in cluster: String) {
    guard !pod.node.isEmpty else { return nil }
    self.init(cluster: cluster, name: pod.node)
  }
}
