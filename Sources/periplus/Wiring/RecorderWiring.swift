import ArgumentParser
import KubernetesClient
import Recorder
import StateDirectory

/// Joins a recorder to the clusters of a home and of KUBECONFIG.
struct RecorderWiring {
  let home: Home

  /// - Parameter logs: how the logs of the contexts are read; what is given for one of them comes before what is given for all.
  func configuration(_ contexts: Contexts, logs: [LogsOption]) throws -> RecorderConfiguration {
    for option in logs { if let name = option.context, !contexts.names.contains(name) { throw unknown(option, name) } }
    try ConsoleWiring.checkNames(home, contexts.names)
    // A context of the ground's name, where there is no ground, is a cluster like any other.
    var clusters = contexts.names.contains(GroundConnection.clusterName) ? [] : [ground]
    for name in contexts.names {
      let api = KubernetesAPI(try KubeconfigContext(name))
      let isCopied = (logs.last { $0.context == name } ?? logs.last { $0.context == nil })?.isCopied ?? false
      clusters.append(
        .init(name: name, connect: { api }, logs: isCopied ? .copy : .inPlace, namespaces: contexts.namespaces))
    }
    do { return try RecorderConfiguration(clusters: clusters) } catch { throw Problem.usage("\(error)") }
  }

  private func unknown(_ option: LogsOption, _ name: String) -> Problem {
    Problem.usage("expected --logs for a context that is recorded, but --context \(name) is not given")
  }

  /// The proving ground of the home: on this machine, so that its files can be read and its services reached.
  private var ground: RecorderConfiguration.Cluster {
    .init(
      name: GroundConnection.clusterName,
      connect: { [home] in
        // It says where it listens when it has started.
        let changes = FolderWatch(home.path)
        while true {
          try Task.checkCancellation()
          if let api = try? GroundConnection(home: home).api() { return api }
          await changes.wake.wait(within: .seconds(1))
        }
      }, logs: .nodeFiles(home.podLogs, removesRead: true), hasApplication: true)
  }
}

/// `copy`, `in-place`, or either for one context: `staging=copy`.
struct LogsOption: ExpressibleByArgument {
  var context: String?
  var isCopied: Bool

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    // A context's name may hold the sign itself.
    context = parts.count > 1 ? parts.dropLast().joined(separator: "=") : nil
    switch parts.last {
    case "copy": isCopied = true
    case "in-place": isCopied = false
    default: return nil
    }
  }

  var defaultValueDescription: String { isCopied ? "copy" : "in-place" }
}
