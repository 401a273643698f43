import FoundationEssentials
import Synchronization

/// A context of kubeconfig files, read again when one of them changes: a cluster that listens elsewhere, or new credentials.
package final class KubeconfigContext: Sendable {
  private struct Held {
    var context: KubeContext
    var stamps: [Stamp?]
  }

  /// What changes when a file is written again.
  private struct Stamp: Equatable {
    var modified: Date?
    var size: Int?
    var inode: Int?
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
    let stamps = Self.stamps(files)
    held = Mutex(Held(context: try Kubeconfig(files: files).context(name), stamps: stamps))
  }

  /// The context as the files have it now; as they had it while they cannot be read, e.g. because somebody writes them.
  package func current() -> KubeContext {
    let stamps = Self.stamps(files)
    return held.withLock { held in
      guard held.stamps != stamps else { return held.context }
      if let context = try? Kubeconfig(files: files).context(name) { held = Held(context: context, stamps: stamps) }
      return held.context
    }
  }

  private static func stamps(_ files: [String]) -> [Stamp?] {
    files.map { file in
      guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else { return nil }
      return Stamp(
        modified: attributes[.modificationDate] as? Date, size: attributes[.size] as? Int, inode: attributes[.systemFileNumber] as? Int)
    }
  }
}

extension KubernetesAPI {
  /// Requests to a cluster whose address and credentials follow the kubeconfig files.
  package convenience init(_ file: KubeconfigContext) {
    self.init(context: file.current(), resolve: { file.current() })
  }
}
