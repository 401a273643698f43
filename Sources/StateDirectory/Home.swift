import Glibc

/// The folder in which everything of one Periplus lives, and the one place that knows its layout.
///
/// Two homes side by side share nothing.
package struct Home: Sendable, Hashable {
  /// Absolute.
  package let path: String

  package init(path: String) { self.path = path }

  /// `PERIPLUS_HOME`, else `$XDG_STATE_HOME/periplus`, else `~/.local/state/periplus` (XDG Base Directory Specification).
  package static func resolve(environment: [String: String] = Environment.current) throws -> Home {
    if let path = environment["PERIPLUS_HOME"], !path.isEmpty { return Home(path: absolute(path)) }
    // The specification has relative paths ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return Home(path: absolute("\(state)/periplus")) }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw EnvironmentError(
        "expected a home folder in HOME, XDG_STATE_HOME or PERIPLUS_HOME, but none is set; set PERIPLUS_HOME to a folder")
    }
    return Home(path: absolute("\(home)/.local/state/periplus"))
  }

  /// Makes the folders, readable by the owner alone.
  package func create() throws {
    for folder in [path, run, ground, pods, podLogs, store, logs] { try Files.makeFolder(folder) }
  }

  package var kubeconfig: String { "\(path)/kubeconfig" }
  package var plan: String { "\(path)/plan.yaml" }

  /// Pid files, sockets and locks.
  package var run: String { "\(path)/run" }
  package var desired: String { "\(run)/desired" }
  /// What the presenter of the demo that a console shows reads.
  package var demoNotes: String { "\(run)/demo-notes.json" }
  /// Port, token and process of the ground's daemon.
  package var groundInfo: String { "\(run)/ground.json" }
  package func pidFile(_ daemon: String) -> String { "\(run)/\(daemon).pid" }
  package func lock(_ name: String) -> String { "\(run)/\(name).lock" }
  /// Where a Unix socket is; it is bound and reached through its ``SocketPath``.
  package func socket(_ name: String) -> String { "\(run)/\(name).sock" }

  package var ground: String { "\(path)/ground" }
  package var groundState: String { "\(ground)/state.sqlite" }
  package var images: String { "\(ground)/images.json" }
  /// Which /16 of 127.0.0.0/8 this home leases.
  package var network: String { "\(ground)/network" }
  package var token: String { "\(ground)/token" }
  /// The API's key, its certificate and the authority that signed it, as PEM.
  package var certificate: String { "\(ground)/certificate.pem" }
  package var port: String { "\(ground)/port" }
  package var pods: String { "\(ground)/pods" }
  package func pod(uid: String) -> String { "\(pods)/\(uid)" }
  /// One run of a container: its specification, state and exit.
  package func container(uid: String, name: String, restart: Int) -> String { "\(pods)/\(uid)/\(name)/\(restart)" }
  /// Laid out as `/var/log/pods`.
  package var podLogs: String { "\(ground)/logs/pods" }
  package func podLog(namespace: String, pod: String, uid: String) -> String { "\(podLogs)/\(namespace)_\(pod)_\(uid)" }

  package var store: String { "\(path)/store" }
  package var logs: String { "\(path)/logs" }
  package func log(_ daemon: String) -> String { "\(logs)/\(daemon).log" }

  private static func absolute(_ path: String) -> String {
    var parts: [Substring] = []
    for part in Files.absolute(path).split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
