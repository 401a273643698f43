/// The kinds of objects that this API serves, in the order of discovery. What is not here is answered with a 404 `Status`.
package enum ResourceDefinitions {
  static let all: [ResourceDefinition] = [
    .configMaps,
    .events,
    .namespaces,
    .nodes,
    .pods,
    .secrets,
    .serviceAccounts,
    .services,
    .deployments,
    .replicaSets,
    .statefulSets,
    .controllerRevisions,
    .persistentVolumeClaims,
    .leases,
    .endpointSlices,
    .podDisruptionBudgets,
  ]

  fileprivate static let byID: [String: ResourceDefinition] = Dictionary(uniqueKeysWithValues: all.map { ($0.resource.id, $0) })

  /// The resource of a path's group, version and plural, and the alias where the path names it by that.
  static func at(group: String, version: String, plural: String) -> (resource: Resource, alias: ResourceAlias?)? {
    for definition in all where definition.resource.plural == plural {
      if definition.resource.group == group, definition.resource.version == version { return (definition.resource, nil) }
      if let alias = definition.alias, alias.group == group, alias.version == version { return (definition.resource, alias) }
    }
    return nil
  }
}

extension Resource {
  /// Every stored resource.
  package static var all: [Resource] { ResourceDefinitions.all.map(\.resource) }

  package static func named(_ id: String) -> Resource? { ResourceDefinitions.byID[id]?.resource }

  /// A resource that is not in the list behaves as most do.
  var definition: ResourceDefinition { ResourceDefinitions.byID[id] ?? ResourceDefinition(self) }
}
