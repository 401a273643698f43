package import Kubernetes

/// A type of object that is listed and watched.
package struct ClusterResource: Sendable, Hashable, CaseIterable {
  /// What an object of it is decoded to, and which table of a snapshot holds it.
  enum Content: Sendable, Hashable { case namespaces, nodes, pods, events, services, endpointSlices, workloads, controllerRevisions }

  package let type: ResourceType
  let content: Content

  package static let namespaces = ClusterResource(type: .namespaces, content: .namespaces)
  package static let nodes = ClusterResource(type: .nodes, content: .nodes)
  package static let pods = ClusterResource(type: .pods, content: .pods)
  package static let events = ClusterResource(type: .events, content: .events)
  package static let services = ClusterResource(type: .services, content: .services)
  package static let endpointSlices = ClusterResource(type: .endpointSlices, content: .endpointSlices)
  package static let controllerRevisions = ClusterResource(type: .controllerRevisions, content: .controllerRevisions)

  private init(type: ResourceType, content: Content) {
    self.type = type
    self.content = content
  }

  /// The objects of a kind of workload.
  package init(_ kind: WorkloadKind) { self.init(type: kind.type, content: .workloads) }

  /// The watched kinds of workload.
  package static let workloads = WorkloadKinds.all.filter(\.isWatched).map { ClusterResource($0) }

  package static let allCases = [namespaces, nodes, pods, events, services, endpointSlices] + workloads + [controllerRevisions]

  /// The list's path under the server's root, e.g. `/apis/apps/v1/deployments`.
  package var path: String { type.path }

  /// `Pod`, `Deployment`, …
  package var kind: String { type.kind }
}

extension ClusterResource: RawRepresentable {
  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  /// The resource of a plural such as `pods`.
  package init?(rawValue: String) {
    guard let found = Self.byName[rawValue] else { return nil }
    self = found
  }

  package var rawValue: String { type.plural }
}
