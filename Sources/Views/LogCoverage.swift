package import TelemetryModel

/// Of which clusters logs are collected. Of the others no record is known, which is not the same as none.
package struct LogCoverage: Sendable, Hashable {
  private let collected: Set<String>
  /// Whether there are records of any origin, e.g. of files that were read.
  private let hasRecords: Bool

  package init(_ sources: [SourceStatus]) {
    // Logs that stay in their cluster have a source that has never been current.
    hasRecords = sources.contains { $0.name != "k8s" && $0.recordsIn > 0 }
    collected = Set(sources.lazy.filter { $0.name == "logs" && ($0.currentAt != nil || $0.recordsIn > 0) }.map(\.cluster))
  }

  package func has(_ cluster: String) -> Bool { collected.contains(cluster) }

  /// `Logs of staging are not collected: periplus record --context staging --logs copy collects them.`; `nil` where all that may match are.
  ///
  /// - Parameters:
  ///   - clusters: those that are watched.
  ///   - query: where it names clusters, only these matter.
  ///   - ground: the proving ground's name, whose recorder comes with it; `nil` where there is none.
  package func complaint(of clusters: [String], query: LogQuery?, ground: String?) -> String? {
    let named = query?.namedClusters ?? []
    let missing = clusters.filter { !has($0) && $0 != ground && (named.isEmpty || named.contains($0)) }
    guard !missing.isEmpty else { return nil }
    let options = missing.map { "--context \($0)" }.joined(separator: " ")
    return "Logs of \(missing.joined(separator: ", ")) are not collected: periplus record \(options) --logs copy collects them."
  }

  /// Whether nothing of what was asked for can be there.
  package func isBlind(to clusters: [String], query: LogQuery?, ground: String?) -> Bool {
    let named = query?.namedClusters ?? []
    let asked = named.isEmpty ? clusters : clusters.filter(named.contains)
    return !asked.isEmpty && !(named.isEmpty && hasRecords) && asked.allSatisfy { !has($0) && $0 != ground }
  }
}

extension LogQuery {
  /// The clusters that the query asks for by name; empty when it leaves them open.
  fileprivate var namedClusters: Set<String> {
    Set(conditions.compactMap { if case .field("cluster", .equal, let name) = $0 { name } else { nil } })
  }
}
