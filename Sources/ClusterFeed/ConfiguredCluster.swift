package import ClusterModel

/// A cluster that is watched, with what it is for.
package struct ConfiguredCluster: Sendable {
  package let feed: WatchedCluster
  package let roles: Set<ClusterRole>

  package init(_ feed: WatchedCluster, roles: Set<ClusterRole> = []) {
    self.feed = feed
    self.roles = roles
  }

  /// The first name that two clusters have; `nil` when every name means one cluster.
  package static func doubledName(among names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }
}

extension [ConfiguredCluster] {
  /// The first cluster that has a role, whatever its name.
  package func first(with role: ClusterRole) -> ConfiguredCluster? { first { $0.roles.contains(role) } }
}
