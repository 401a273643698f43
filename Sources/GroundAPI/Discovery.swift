import JSONBytes
import Kubernetes

/// The discovery documents, from the table of resources (apimachinery, `APIResourceList`; KEP 3352 for the aggregated form).
enum Discovery {
  static let version: JSONValue = [
    "major": "1", "minor": "32", "gitVersion": "v1.32.0+periplus", "gitCommit": "", "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc", "platform": "linux/amd64",
  ]

  private struct Group {
    var name: String
    var version: String
    var resources: [Resource]
    /// Named, but not served.
    var absent: [ResourceType] = []
  }

  private static let groups: [Group] = {
    var groups: [Group] = []
    for resource in Resource.all {
      if let index = groups.firstIndex(where: { $0.name == resource.group }) {
        groups[index].resources.append(resource)
      } else {
        groups.append(Group(name: resource.group, version: resource.version, resources: [resource]))
      }
    }
    for definition in ResourceDefinitions.all {
      guard let alias = definition.alias else { continue }
      groups.append(Group(name: alias.group, version: alias.version, resources: [definition.resource]))
    }
    for type in AbsentKinds.all {
      if let index = groups.firstIndex(where: { $0.name == type.group && $0.version == type.version }) {
        groups[index].absent.append(type)
      } else {
        groups.append(Group(name: type.group, version: type.version, resources: [], absent: [type]))
      }
    }
    return groups
  }()

  static func core(address: String) -> JSONValue {
    [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]],
    ]
  }

  static var groupList: JSONValue {
    [
      "kind": "APIGroupList", "apiVersion": "v1",
      "groups": .array(groups.filter { !$0.name.isEmpty }.map { group($0.name, $0.version) }),
    ]
  }

  static func group(named name: String) -> JSONValue? {
    guard let found = groups.first(where: { $0.name == name && !name.isEmpty }) else { return nil }
    var body = group(found.name, found.version)
    body["kind"] = "APIGroup"
    body["apiVersion"] = "v1"
    return body
  }

  private static func group(_ name: String, _ version: String) -> JSONValue {
    let entry: JSONValue = ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
    return ["name": .string(name), "versions": [entry], "preferredVersion": entry]
  }

  static func resources(group name: String, version: String) -> JSONValue? {
    guard let group = groups.first(where: { $0.name == name && $0.version == version }) else { return nil }
    var entries: [JSONValue] = []
    for resource in group.resources {
      var entry: JSONValue = [
        "name": .string(resource.plural), "singularName": .string(resource.type.singular), "namespaced": .bool(resource.namespaced),
        "kind": .string(resource.kind), "verbs": strings(resource.verbs),
      ]
      if !resource.type.shortNames.isEmpty { entry["shortNames"] = strings(resource.type.shortNames) }
      if !resource.categories.isEmpty { entry["categories"] = strings(resource.categories) }
      entries.append(entry)
      for subresource in resource.subresources {
        var entry: JSONValue = [
          "name": .string("\(resource.plural)/\(subresource.name)"), "singularName": "", "namespaced": .bool(resource.namespaced),
        ]
        if let group = subresource.group, !group.isEmpty { entry["group"] = .string(group) }
        if let version = subresource.version, !(subresource.group ?? "").isEmpty { entry["version"] = .string(version) }
        entry["kind"] = .string(subresource.kind ?? resource.kind)
        entry["verbs"] = strings(subresource.verbs)
        entries.append(entry)
      }
    }
    for type in group.absent {
      var entry: JSONValue = [
        "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
        "kind": .string(type.kind), "verbs": [],
      ]
      if !type.shortNames.isEmpty { entry["shortNames"] = strings(type.shortNames) }
      entries.append(entry)
    }
    var body: JSONValue = ["kind": "APIResourceList"]
    if !name.isEmpty { body["apiVersion"] = "v1" }
    body["groupVersion"] = .string(name.isEmpty ? version : "\(name)/\(version)")
    body["resources"] = .array(entries)
    return body
  }

  /// - Parameter core: the `/api` document, else the `/apis` one.
  static func aggregated(core: Bool) -> JSONValue {
    let items = groups.filter { $0.name.isEmpty == core }.map { group -> JSONValue in
      var metadata: JSONValue = [:]
      if !group.name.isEmpty { metadata["name"] = .string(group.name) }
      return [
        "metadata": metadata,
        "versions": [
          [
            "version": .string(group.version), "resources": .array(group.resources.map(aggregated) + group.absent.map(absent)),
            "freshness": "Current",
          ]
        ],
      ]
    }
    return ["kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:], "items": .array(items)]
  }

  private static func aggregated(_ resource: Resource) -> JSONValue {
    var entry: JSONValue = [
      "resource": .string(resource.plural), "responseKind": kind(nil, resource.kind, nil),
      "scope": resource.namespaced ? "Namespaced" : "Cluster", "singularResource": .string(resource.type.singular),
      "verbs": strings(resource.verbs),
    ]
    if !resource.type.shortNames.isEmpty { entry["shortNames"] = strings(resource.type.shortNames) }
    if !resource.categories.isEmpty { entry["categories"] = strings(resource.categories) }
    if !resource.subresources.isEmpty {
      entry["subresources"] = .array(
        resource.subresources.map { subresource in
          [
            "subresource": .string(subresource.name),
            "responseKind": kind(subresource.group, subresource.kind ?? resource.kind, subresource.version),
            "verbs": strings(subresource.verbs),
          ]
        })
    }
    return entry
  }

  private static func absent(_ type: ResourceType) -> JSONValue {
    var entry: JSONValue = [
      "resource": .string(type.plural), "responseKind": kind(nil, type.kind, nil),
      "scope": type.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(type.singular), "verbs": [],
    ]
    if !type.shortNames.isEmpty { entry["shortNames"] = strings(type.shortNames) }
    return entry
  }

  private static func kind(_ group: String?, _ kind: String, _ version: String?) -> JSONValue {
    let isCore = group?.isEmpty ?? true
    return ["group": .string(group ?? ""), "version": .string(isCore ? "" : version ?? ""), "kind": .string(kind)]
  }

  private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
