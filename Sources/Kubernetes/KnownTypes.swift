/// The types that Periplus knows by name; the names are those of the API's discovery documents.
extension ResourceType {
  package static let namespaces = ResourceType(
    group: "", version: "v1", kind: "Namespace", plural: "namespaces", shortNames: ["ns"], isNamespaced: false)
  package static let nodes = ResourceType(
    group: "", version: "v1", kind: "Node", plural: "nodes", shortNames: ["no"], isNamespaced: false)
  package static let pods = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods", shortNames: ["po"])
  package static let services = ResourceType(group: "", version: "v1", kind: "Service", plural: "services", shortNames: ["svc"])
  package static let configMaps = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", shortNames: ["cm"])
  package static let secrets = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
  package static let serviceAccounts = ResourceType(
    group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts", shortNames: ["sa"])
  package static let events = ResourceType(group: "", version: "v1", kind: "Event", plural: "events", shortNames: ["ev"])
  package static let endpointSlices = ResourceType(
    group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")
  package static let deployments = ResourceType(
    group: "apps", version: "v1", kind: "Deployment", plural: "deployments", shortNames: ["deploy"])
  package static let replicaSets = ResourceType(
    group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets", shortNames: ["rs"])
  package static let statefulSets = ResourceType(
    group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets", shortNames: ["sts"])
  package static let controllerRevisions = ResourceType(
    group: "apps", version: "v1", kind: "ControllerRevision", plural: "controllerrevisions")
  package static let persistentVolumeClaims = ResourceType(
    group: "", version: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims", shortNames: ["pvc"])
  package static let daemonSets = ResourceType(group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets", shortNames: ["ds"])
  package static let jobs = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")
  package static let cronJobs = ResourceType(group: "batch", version: "v1", kind: "CronJob", plural: "cronjobs", shortNames: ["cj"])
  package static let podDisruptionBudgets = ResourceType(
    group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets", shortNames: ["pdb"])
  package static let leases = ResourceType(group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")

  package static let known: [ResourceType] = [
    namespaces, nodes, pods, services, configMaps, secrets, serviceAccounts, events, endpointSlices, deployments, replicaSets, statefulSets,
    daemonSets, jobs, cronJobs, podDisruptionBudgets, leases, controllerRevisions, persistentVolumeClaims,
  ]

  private static let byID = Dictionary(uniqueKeysWithValues: known.map { ($0.id, $0) })
  private static let byKind = Dictionary(uniqueKeysWithValues: known.map { ($0.kind, $0) })

  /// The known type of an id: `pods`, `deployments.apps`.
  package static func named(_ id: String) -> ResourceType? { byID[id] }

  /// The known type of a kind, whatever its version.
  package static func known(kind: String) -> ResourceType? { byKind[kind] }

  /// The type that `apiVersion` and `kind` of a manifest or an owner reference name. One that is not known, such as an operator's own,
  /// is taken for namespaced, and its plural is guessed as kubectl does without discovery.
  package static func of(apiVersion: String, kind: String) -> ResourceType {
    let parts = apiVersion.split(separator: "/", maxSplits: 1)
    let group = parts.count == 2 ? String(parts[0]) : ""
    if let found = byKind[kind], found.group == group { return found }
    return ResourceType(group: group, version: parts.last.map(String.init) ?? "", kind: kind, plural: guessedPlural(kind))
  }

  /// As `meta.UnsafeGuessKindToResource` of apimachinery.
  private static func guessedPlural(_ kind: String) -> String {
    let singular = kind.lowercased()
    if singular.hasSuffix("s") { return singular + "es" }
    if singular.hasSuffix("y") { return singular.dropLast() + "ies" }
    return singular + "s"
  }
}
