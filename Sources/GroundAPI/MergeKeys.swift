/// How strategic merge treats the list at a path: the `patchStrategy` and `patchMergeKey` tags of the API's types
/// (kubernetes, staging/src/k8s.io/api). A list that is not named here is atomic.
enum ListStrategy: Equatable {
  case atomic
  /// A set of scalars.
  case set
  /// A map whose keys are this field of its elements.
  case map(String)
}

enum MergeKeys {
  /// By the last names of the path: the names are unique enough, and a pod's spec occurs at several depths.
  static func strategy(_ path: [String]) -> ListStrategy {
    let last = path.last ?? ""
    let parent = path.dropLast().last ?? ""
    switch last {
    case "finalizers" where parent == "metadata": return .set
    case "ownerReferences" where parent == "metadata": return .map("uid")
    case "containers", "initContainers", "ephemeralContainers": return parent == "spec" ? .map("name") : .atomic
    case "volumes", "imagePullSecrets", "resourceClaims": return parent == "spec" ? .map("name") : .atomic
    case "env": return .map("name")
    case "volumeMounts": return .map("mountPath")
    case "volumeDevices": return .map("devicePath")
    case "hostAliases": return .map("ip")
    case "topologySpreadConstraints": return .map("topologyKey")
    case "ports" where parent == "spec": return .map("port")
    case "ports": return ["containers", "initContainers", "ephemeralContainers"].contains(parent) ? .map("containerPort") : .atomic
    case "conditions" where parent == "status": return .map("type")
    case "addresses" where parent == "status": return .map("type")
    case "podCIDRs": return .set
    case "podIPs", "hostIPs": return .map("ip")
    case "secrets" where path.count == 1: return .map("name")
    default: return .atomic
    }
  }

  /// Objects that are replaced in whole rather than merged unless they say `$retainKeys` themselves.
  static func retainsKeys(_ path: [String]) -> Bool { path.last == "strategy" && path.dropLast().last == "spec" }
}
