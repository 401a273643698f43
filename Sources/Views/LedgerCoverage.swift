package import TelemetryModel
package import TimeFormat

/// Of which clusters a recorder keeps the reschedule ledger. Of the others no reschedule is known, which is not the same as none.
package struct LedgerCoverage: Sendable, Hashable {
  private let clusters: Set<String>
  private let ground: String?

  /// A recorder that said nothing for this long is gone, or has not reached the cluster since.
  private static let patience = Duration.seconds(600)

  /// - Parameters:
  ///   - sources: what the store knows; who keeps a ledger says there how current its watch of the cluster is.
  ///   - ground: the proving ground's name, whose recorder comes with it; `nil` where there is none.
  package init(_ sources: [SourceStatus], now: Timestamp, ground: String? = nil) {
    self.ground = ground
    clusters = Set(
      sources.lazy.filter { $0.name == "k8s" && $0.currentAt.map { now - $0 < Self.patience } == true }.map(\.cluster))
  }

  package var isEmpty: Bool { clusters.isEmpty }

  package func has(_ cluster: String) -> Bool { clusters.contains(cluster) }

  /// `No reschedule history is recorded of staging: periplus record --context staging records it.`; `nil` where each of the clusters has one.
  package func complaint(of clusters: [String]) -> String? {
    let missing = clusters.filter { !has($0) }
    guard !missing.isEmpty else { return nil }
    let names = missing.joined(separator: ", ")
    let others = missing.filter { $0 != ground }
    // The ground's recorder comes with it.
    guard !others.isEmpty else { return "The recorder of the ground has not reported yet." }
    return
      "No reschedule history is recorded of \(names): periplus record \(others.map { "--context \($0)" }.joined(separator: " ")) records it."
  }
}
