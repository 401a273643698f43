import ClusterModel
import Kubernetes
import KubernetesClient
import Synchronization

/// How far the watches of a kind have come; shared between the loop that reads lines and the one that starts watches.
///
/// There is one watch, or one for each namespace: their resource versions stand in the order of the namespaces, apart by a line end.
final class WatchPlace: Sendable {
  private let held: Mutex<[String]>

  init(_ version: String) { held = Mutex(Self.versions(in: version)) }

  private static func versions(in text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
  static func version(_ versions: [String]) -> String { versions.joined(separator: "\n") }

  var versions: [String] { held.withLock { $0 } }
  var version: String { Self.version(versions) }

  func reached(_ version: String, _ index: Int) {
    held.withLock { if !version.isEmpty, $0.indices.contains(index) { $0[index] = version } }
  }
}

/// Reads the lists and lines of one kind, with one table of strings.
final class ResourceReader: Sendable {
  let resource: ClusterResource
  let decoder: Mutex<ClusterDecoder>

  init(resource: ClusterResource) {
    self.resource = resource
    decoder = Mutex(ClusterDecoder())
  }

  /// - Parameter namespaces: empty for the whole cluster.
  func paths(in namespaces: [String]) -> [String] {
    namespaces.isEmpty ? [resource.path] : namespaces.map { resource.type.path(namespace: $0) }
  }

  func list(
    _ api: KubernetesAPI, in namespaces: [String], _ tap: (any FeedTap)?
  ) async throws -> (items: [ClusterObject], resourceVersion: String) {
    var items: [ClusterObject] = []
    var versions: [String] = []
    var isFirst = true
    for path in paths(in: namespaces) {
      var version = ""
      try await api.list(path) { bytes in
        tap?.page(resource, bytes, isFirst: isFirst)
        isFirst = false
        do {
          let page = try decoder.withLock { try $0.list(resource, bytes) }
          items += page.items
          version = page.resourceVersion
          return page.next
        } catch {
          throw KubernetesError(
            .malformed, "\(api.context.cluster.server) sent a list of \(resource.rawValue) that cannot be read: \(error)")
        }
      }
      versions.append(version)
    }
    return (items, WatchPlace.version(versions))
  }
}
