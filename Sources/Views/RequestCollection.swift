package import TelemetryModel
package import TimeFormat

/// Up to when the logs of each cluster are known to be collected: what is missing after that may only be late.
package struct RequestCollection: Sendable, Hashable {
  private var until: [String: Timestamp?] = [:]
  private var errors: [String: String] = [:]

  /// A line may be written a moment after the record before it.
  private static let slack = Duration.seconds(1)

  /// Nothing is awaited: what is there is all there is, as with files that were read once.
  package init() {}

  /// - Parameters:
  ///   - reached: up to when the recorder says to have collected, by cluster; more recent than what the sources say.
  ///   - asked: what was collected up to this moment is all that was asked for.
  package init(_ sources: [SourceStatus], reached: [String: Timestamp] = [:], asked: Timestamp? = nil) {
    for source in sources where source.name == "logs" && !Self.isInPlace(source) {
      until[source.cluster] = .some([source.currentAt, reached[source.cluster]].compactMap { $0 }.max())
      errors[source.cluster] = source.lastError
    }
    if let asked { for (cluster, moment) in reached where moment >= asked { until[cluster] = nil } }
  }

  /// Nothing was ever collected of it, and the source says why: its logs stay where they are.
  private static func isInPlace(_ source: SourceStatus) -> Bool {
    source.connectedSince == nil && source.currentAt == nil && source.dropReason != nil
  }

  /// Whether a record that should follow one of this moment would be known.
  func covers(_ moment: Timestamp, in cluster: String) -> Bool {
    guard let known = until[cluster] else { return true }
    return known.map { $0 >= moment + Self.slack } ?? false
  }

  /// `logs of ground are collected up to 14:03:02.118Z`.
  func sentence(_ cluster: String) -> String {
    let known = (until[cluster] ?? nil).map { "up to \($0.rfc3339())" } ?? "not at all yet"
    return "logs of \(cluster) are collected \(known)" + (errors[cluster].map { ", \($0)" } ?? "")
  }

  /// Which clusters are behind a moment, in one sentence; `nil` when none is.
  package func behind(_ moment: Timestamp) -> String? {
    let late = until.keys.sorted().filter { cluster in (until[cluster] ?? nil).map { $0 < moment } ?? true }
    return late.isEmpty ? nil : "collection is behind: " + late.map(sentence).joined(separator: "; ")
  }
}
