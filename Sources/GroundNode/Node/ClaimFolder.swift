package import JSONBytes
package import StateDirectory

/// A persistent volume: a folder of the home that is there as long as the claim. A claim made anew under an old name has another.
package struct ClaimFolder: Sendable, Hashable {
  private let home: Home
  private let namespace: String
  private let name: String
  private let uid: String

  package init(home: Home, claim: JSONValue) {
    self.home = home
    namespace = claim.at("metadata", "namespace")?.stringValue ?? ""
    name = claim.at("metadata", "name")?.stringValue ?? ""
    uid = claim.at("metadata", "uid")?.stringValue ?? ""
  }

  private static func all(_ home: Home) -> String { "\(home.ground)/claims" }

  package var path: String { "\(Self.all(home))/\(namespace)_\(name)_\(uid)" }

  /// Removes the folders of claims that are gone; one that a pod still has mounted stays until the pod is gone.
  package static func removeAll(of home: Home, butOf claims: [JSONValue], mountedBy pods: [JSONValue]) {
    let kept = Set(claims.map { ClaimFolder(home: home, claim: $0).path })
    let mounted = pods.flatMap { pod in
      (pod.at("spec", "volumes")?.arrayValue ?? []).compactMap { volume in
        volume.at("persistentVolumeClaim", "claimName")?.stringValue.map { name in
          "\(pod.at("metadata", "namespace")?.stringValue ?? "")_\(name)_"
        }
      }
    }
    for folder in Files.names(in: all(home)) {
      if kept.contains("\(all(home))/\(folder)") || mounted.contains(where: { folder.hasPrefix($0) }) { continue }
      try? Files.remove("\(all(home))/\(folder)")
    }
  }
}
