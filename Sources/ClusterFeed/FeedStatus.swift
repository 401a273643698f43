package import ClusterModel
import Kubernetes
import KubernetesClient
package import TimeFormat

/// How complete and how current a cluster's feed is.
package struct FeedStatus: Sendable, Hashable {
  package struct Kind: Sendable, Hashable {
    package enum State: Sendable, Hashable {
      case listing
      case watching(since: Timestamp)
      /// The server lacks the kind, or does not show it to us.
      case unavailable(reason: String, isForbidden: Bool)
      /// - Parameter isRefusal: the server answered, and does not accept who asks, or what was configured is wrong.
      case failing(since: Timestamp, reason: String, retryAt: Timestamp, isRefusal: Bool)
    }

    package var resource: ClusterResource
    package var state: State
    package var isListed = false
    /// The namespaces that are seen of it; empty for all.
    package var namespaces: [String] = []
    /// Deltas received.
    package var received: Int64 = 0
    /// Lines that could not be read, with the last reason.
    package var unreadable: Int64 = 0
    package var lastError: String?
    /// When the last line, bookmark or list came.
    package var heard: Timestamp?

    /// Until when it was known what there is of the kind: as long as it is watched, every answer of the server says that nothing else came.
    func knownUntil(answered: Timestamp?) -> Timestamp? {
      switch state {
      case .failing(let since, _, _, _): since
      case .watching: [heard, answered].compactMap { $0 }.max()
      case .listing, .unavailable: heard
      }
    }
  }

  package var cluster: String
  package var kinds: [Kind]
  package var connection: ClusterConnection
  /// When the server answered anything last.
  package var answered: Timestamp?
  /// What of it is not shown.
  package var visibility = Visibility()

  /// Until when each kind that is watched is known to have been seen. What happened in the last second may still be on its way.
  package func watched(at now: Timestamp) -> [ClusterResource: Timestamp] {
    var result: [ClusterResource: Timestamp] = [:]
    for kind in kinds {
      guard case .watching = kind.state, let heard = kind.heard else { continue }
      result[kind.resource] = now - heard < StreamSilence.doubtful ? now - .seconds(1) : heard
    }
    return result
  }

  /// Whether its watches have been silent for longer than servers are.
  package func isDoubtful(at now: Timestamp) -> Bool { heard.map { now - $0 >= StreamSilence.doubtful } ?? false }

  /// Since when anything was heard.
  package var heard: Timestamp? { kinds.compactMap(\.heard).max() }
  package var received: Int64 { kinds.reduce(0) { $0 + $1.received } }
  package var unreadable: Int64 { kinds.reduce(0) { $0 + $1.unreadable } }
  package var lastError: String? { kinds.compactMap(\.lastError).last }

  /// Time since the cluster was last heard of: events, bookmarks or lists.
  package func lag(at now: Timestamp) -> Duration? { heard.map { now - $0 } }
}

extension Visibility {
  /// - Parameter chosen: the namespaces that were asked for; none when all were.
  init(_ kinds: some Collection<FeedStatus.Kind>, chosen: [String]) {
    self.init()
    self.chosen = chosen
    for kind in kinds {
      let resource = kind.resource.type
      let name = resource.group.isEmpty ? resource.plural : "\(resource.plural).\(resource.group)"
      if case .unavailable(_, isForbidden: true) = kind.state {
        hidden.append(name)
      } else if kind.isListed, !kind.namespaces.isEmpty {
        namespaces = kind.namespaces
        if chosen.isEmpty { limited.append(name) }
      }
    }
    hidden.sort()
    limited.sort()
  }
}
