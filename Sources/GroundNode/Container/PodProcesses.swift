package import StateDirectory

/// What runs of a home's pods, whoever looks and whatever became of the daemon.
package enum PodProcesses {
  /// The processes of containers, in whatever session they are, and the containers' keepers.
  package static func all(of home: Home) -> [Int32] {
    let root = Array("POD_ROOT=\(home.path)/".utf8)
    let members = Files.names(in: "/proc").compactMap { Int32($0) }.filter { pid in
      guard let environment = try? Files.read("/proc/\(pid)/environ") else { return false }
      return environment.split(separator: 0).contains { $0.starts(with: root) }
    }
    let keepers = Files.names(in: home.pods).flatMap { PodFolder(home: home, uid: $0).runs }.compactMap(\.shim).filter(\.isAlive)
    return members + keepers.map(\.pid)
  }
}
