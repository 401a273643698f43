package import KubernetesClient

/// Which clusters a recorder watches, and what it does for each.
package struct RecorderConfiguration: Sendable {
  package struct Cluster: Sendable {
    /// How the logs of its containers are read.
    package enum Logs: Sendable, Hashable {
      /// From the nodes' own files below a folder that is laid out as `/var/log/pods`.
      ///
      /// - Parameter removesRead: whether folders of ended pods and rotated files are removed once they are stored: only where nobody
      ///   else does.
      case nodeFiles(String, removesRead: Bool)
      /// Over its API, into the store.
      case copy
      /// They stay in the cluster.
      case inPlace
    }

    /// Under which all that is recorded of it is kept.
    package var name: String
    /// Its API, as soon as it is known where it is; waits until then.
    package var connect: @Sendable () async throws -> KubernetesAPI
    package var logs: Logs
    /// Whether it has the application of the plan, and checks may send requests to it.
    package var hasApplication: Bool
    /// The only ones to watch; empty for all.
    package var namespaces: [String]

    package init(
      name: String, connect: @escaping @Sendable () async throws -> KubernetesAPI, logs: Logs = .inPlace, hasApplication: Bool = false,
      namespaces: [String] = []
    ) {
      self.name = name
      self.connect = connect
      self.logs = logs
      self.hasApplication = hasApplication
      self.namespaces = namespaces
    }
  }

  package let clusters: [Cluster]

  /// - Throws: ``RecorderError`` when two clusters have one name: what is recorded could not be told apart.
  package init(clusters: [Cluster]) throws {
    var names: Set<String> = []
    for cluster in clusters where !names.insert(cluster.name).inserted {
      throw RecorderError(
        "expected clusters of different names, but two are named \(cluster.name); rename one with: kubectl config rename-context")
    }
    self.clusters = clusters
  }
}
