import FoundationEssentials
import Glibc
import Synchronization

/// A context of kubeconfig files, read again when one of them changes, or a certificate, key or authority that they name by its path: a
/// cluster that listens elsewhere, or new credentials.
package final class KubeconfigContext: Sendable {
  private struct Held {
    var context: KubeContext
    /// The kubeconfig files, then those that the context names.
    var files: [String]
    var stamps: [Stamp?]
  }

  /// What changes when a file is written again, or a link to it points elsewhere.
  private struct Stamp: Equatable {
    var seconds: Int
    var nanoseconds: Int
    var size: Int
    var inode: UInt64
    var device: UInt64
  }

  private let name: String?
  private let files: [String]
  private let held: Mutex<Held>

  /// A context of the files that `KUBECONFIG` names, `~/.kube/config` without it.
  ///
  /// - Throws: a ``KubernetesError`` when there is none of that name.
  package convenience init(_ name: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws(KubernetesError) {
    try self.init(name, files: try Kubeconfig.files(environment: environment))
  }

  /// - Parameter name: the current context when `nil`.
  package init(_ name: String? = nil, files: [String]) throws(KubernetesError) {
    self.name = name
    self.files = files
    held = Mutex(try Self.load(name, files, watched: files))
  }

  /// The context as the files have it now; as they had it while they cannot be read, or key and certificate do not belong together, e.g.
  /// because somebody writes them.
  package func current() -> KubeContext {
    held.withLock { held in
      guard held.stamps != Self.stamps(held.files) else { return held.context }
      if let fresh = try? Self.load(name, files, watched: held.files), (try? ConnectionFactory.checkPair(fresh.context)) != nil {
        held = fresh
      }
      return held.context
    }
  }

  /// Reads the context after the files were looked at, so that none changes unseen in between. Which these are, only the context says:
  /// where it names others than those that were watched, it is read once more.
  private static func load(_ name: String?, _ files: [String], watched: [String]) throws(KubernetesError) -> Held {
    let stamps = stamps(watched)
    let context = try Kubeconfig(files: files).context(name)
    let named = files + context.materialFiles
    if named == watched { return Held(context: context, files: watched, stamps: stamps) }
    let namedStamps = Self.stamps(named)
    return Held(context: try Kubeconfig(files: files).context(name), files: named, stamps: namedStamps)
  }

  private static func stamps(_ files: [String]) -> [Stamp?] {
    files.map { file in
      // Of what a link leads to: a volume of a pod is renewed by a link to another folder.
      var info = stat()
      guard stat(file, &info) == 0 else { return nil }
      return Stamp(
        seconds: info.st_mtim.tv_sec, nanoseconds: info.st_mtim.tv_nsec, size: Int(info.st_size), inode: UInt64(info.st_ino),
        device: UInt64(info.st_dev))
    }
  }
}

extension KubernetesAPI {
  /// Requests to a cluster whose address and credentials follow the kubeconfig files.
  package convenience init(_ file: KubeconfigContext) {
    self.init(context: file.current(), resolve: { file.current() })
  }
}
