package import TimeFormat

/// What a client asks of one container's log (`GET …/pods/NAME/log`, core/v1 `PodLogOptions`).
package struct PodLogRequest: Sendable, Hashable {
  package var namespace: String
  package var pod: String
  package var podUID: String
  /// The node to which the pod is bound.
  package var node: String
  package var container: String
  package var follow: Bool
  /// The log of the container's run before the present one.
  package var previous: Bool
  /// Whether the container waits to be started again: its previous run is then the newest there is.
  package var isWaiting: Bool
  package var tailLines: Int?
  /// Only lines not older than this moment (`sinceSeconds` and `sinceTime` are both resolved to it).
  package var since: Timestamp?
  /// Whether each line starts with its RFC 3339 time with nanoseconds and a space.
  package var timestamps: Bool
  package var limitBytes: Int?

  package init(
    namespace: String, pod: String, podUID: String, node: String, container: String, follow: Bool = false, previous: Bool = false,
    isWaiting: Bool = false, tailLines: Int? = nil, since: Timestamp? = nil, timestamps: Bool = false, limitBytes: Int? = nil
  ) {
    self.namespace = namespace
    self.pod = pod
    self.podUID = podUID
    self.node = node
    self.container = container
    self.follow = follow
    self.previous = previous
    self.isWaiting = isWaiting
    self.tailLines = tailLines
    self.since = since
    self.timestamps = timestamps
    self.limitBytes = limitBytes
  }
}

/// Where the API finds pods' logs: implemented by `GroundNode`.
package protocol PodLogReader: Sendable {
  /// The log's bytes, as whole lines or parts of lines. A stream that follows ends when the container's run
  /// has ended and all of its lines were given; it stops early when its consumer goes away.
  ///
  /// Throws before the first byte where there is no such log: for `previous` without an earlier run
  /// `APIError(code: 400, reason: "BadRequest", message: "previous terminated container … not found")`.
  func log(_ request: PodLogRequest) async throws(APIError) -> AsyncThrowingStream<[UInt8], any Error>
}

/// Gives an address for a new Service that is not among those in use; `nil` when none is left.
/// Called while the store is locked: it must not call the store nor wait.
package typealias ServiceAddressAllocator = @Sendable (_ used: Set<String>) -> String?

/// The present moment. Injected, so that tests move it.
package typealias Now = @Sendable () -> Timestamp
