import Kubernetes
package import TimeFormat

extension KubernetesAPI {
  /// A container's log as it is read to be stored: with times, from a moment on.
  package struct LogStream: Sendable, Hashable {
    package var namespace: String
    package var pod: String
    package var container: String
    /// Until the container ends; else what there is.
    package var follow: Bool
    /// The run before the newest.
    package var previous: Bool
    /// The first moment to send lines of. Servers take it in whole seconds.
    package var since: Timestamp?

    package init(namespace: String, pod: String, container: String, follow: Bool = true, previous: Bool = false, since: Timestamp? = nil) {
      self.namespace = namespace
      self.pod = pod
      self.container = container
      self.follow = follow
      self.previous = previous
      self.since = since
    }

    var query: [(String, String)] {
      var query = [("container", container), ("timestamps", "true")]
      if follow { query.append(("follow", "true")) }
      if previous { query.append(("previous", "true")) }
      if let since { query.append(("sinceTime", since.rfc3339(.seconds))) }
      return query
    }
  }

  /// Reads a container's log line by line until the server ends it. Who takes a line slowly slows the server, nothing piles up here.
  ///
  /// - Throws: a ``KubernetesError``; of kind `silent` when nothing came for ``StreamSilence/logLimit``, which a quiet container does.
  package func read(_ log: LogStream, onLine: @escaping @Sendable ([UInt8]) async throws -> Void) async throws {
    let path = ResourceType.pods.path(namespace: log.namespace, name: log.pod, subresource: "log")
    try await lines(
      path, query: log.query, accept: "*/*", idle: StreamSilence.logLimit, headLimit: StreamSilence.logLimit + .seconds(30), onLine: onLine)
  }
}
