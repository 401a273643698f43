/// The resources that this API serves. What is not here is answered with a 404 `Status`.
extension Resource {
  private static let allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  private static let status = Subresource(name: "status", verbs: ["get", "patch", "update"])
  private static let scale = Subresource(
    name: "scale", verbs: ["get", "patch", "update"], kind: "Scale", group: "autoscaling", version: "v1")

  private init(
    _ group: String, _ version: String, _ kind: String, _ plural: String, short: [String] = [], singular: String? = nil,
    namespaced: Bool = true, verbs: [String] = allVerbs, categories: [String] = [], subresources: [Subresource] = [],
    generation: Bool = false
  ) {
    self.init(
      group: group, version: version, kind: kind, plural: plural, singular: singular ?? kind.lowercased(), shortNames: short,
      namespaced: namespaced, verbs: verbs, categories: categories, subresources: subresources, hasGeneration: generation)
  }

  package static let namespaces = Resource(
    "", "v1", "Namespace", "namespaces", short: ["ns"], namespaced: false, verbs: allVerbs.filter { $0 != "deletecollection" },
    subresources: [Subresource(name: "finalize", verbs: ["update"]), status])
  package static let nodes = Resource("", "v1", "Node", "nodes", short: ["no"], namespaced: false, subresources: [status])
  package static let pods = Resource(
    "", "v1", "Pod", "pods", short: ["po"], categories: ["all"],
    subresources: [
      Subresource(name: "binding", verbs: ["create"], kind: "Binding", group: "", version: "v1"),
      Subresource(name: "eviction", verbs: ["create"], kind: "Eviction", group: "policy", version: "v1"),
      Subresource(name: "log", verbs: ["get"]), status,
    ], generation: true)
  package static let services = Resource("", "v1", "Service", "services", short: ["svc"], categories: ["all"], subresources: [status])
  package static let configMaps = Resource("", "v1", "ConfigMap", "configmaps", short: ["cm"])
  package static let secrets = Resource("", "v1", "Secret", "secrets")
  package static let serviceAccounts = Resource("", "v1", "ServiceAccount", "serviceaccounts", short: ["sa"])
  package static let events = Resource("", "v1", "Event", "events", short: ["ev"])
  package static let endpointSlices = Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", generation: true)
  package static let deployments = Resource(
    "apps", "v1", "Deployment", "deployments", short: ["deploy"], categories: ["all"], subresources: [scale, status], generation: true)
  package static let replicaSets = Resource(
    "apps", "v1", "ReplicaSet", "replicasets", short: ["rs"], categories: ["all"], subresources: [scale, status], generation: true)
  package static let podDisruptionBudgets = Resource(
    "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", short: ["pdb"], subresources: [status], generation: true)
  package static let leases = Resource("coordination.k8s.io", "v1", "Lease", "leases")

  /// Every stored resource.
  package static let all: [Resource] = [
    configMaps, events, namespaces, nodes, pods, secrets, serviceAccounts, services, deployments, replicaSets, leases, endpointSlices,
    podDisruptionBudgets,
  ]

  private static let byID: [String: Resource] = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
  private static let byKind: [String: Resource] = Dictionary(uniqueKeysWithValues: all.map { ("\($0.apiVersion)/\($0.kind)", $0) })

  package static func named(_ id: String) -> Resource? { byID[id] }
  package static func of(apiVersion: String, kind: String) -> Resource? { byKind["\(apiVersion)/\(kind)"] }

  /// The resource of a path's group, version and plural.
  static func at(group: String, version: String, plural: String) -> Resource? {
    if group == "events.k8s.io", version == "v1", plural == "events" { return events }
    guard let found = named(group.isEmpty ? plural : "\(plural).\(group)"), found.version == version else { return nil }
    return found
  }
}
