package import ClusterModel
package import JSONBytes
import TimeFormat

/// How well a cluster is seen: whether it answers, and what of it is shown to this user.
package struct ClusterSight: Sendable, Hashable {
  package var cluster: String
  package var connection: ClusterConnection
  package var visibility: Visibility

  package init(_ snapshot: ClusterSnapshot) {
    cluster = snapshot.cluster
    connection = snapshot.connection
    visibility = snapshot.visibility
  }

  package var isLive: Bool { if case .live = connection { true } else { false } }

  /// Why nothing is known of it now; `nil` while it answers.
  package var silence: String? {
    switch connection {
    case .live: nil
    case .connecting: "no data: it has not answered yet"
    case .stale(_, let reason, _): "no data: \(reason)"
    }
  }

  /// What is forbidden, and who could allow it; empty when all is shown.
  package var limits: [String] {
    guard let note = visibility.note else { return [] }
    return ["\(cluster): \(note)."] + (visibility.remedy.map { ["All is shown with: \($0)"] } ?? [])
  }

  package static let shape = JSONShape<ClusterSight>(
    type: "cluster",
    [
      JSONField("cluster", .string) { $0.cluster },
      JSONField("status", .string, "`unknown`: no data") { $0.isLive ? nil : "unknown" },
      JSONField("reason", .string, "why there is no data") { $0.silence },
      JSONField("since", .time, "since when it does not answer") {
        if case .stale(let since, _, _) = $0.connection { since.rfc3339() } else { nil }
      },
      JSONField("forbidden", .strings, "kinds that the server does not show to this user") { $0.visibility.hidden.nonEmpty },
      JSONField("namespaces", .strings, "the only ones that are seen") { $0.visibility.namespaces.nonEmpty },
      JSONField("remedy", .string, "the command that gives this user the rest") { $0.visibility.remedy },
    ])

  /// A line for each cluster that does not answer, or not wholly.
  package static func jsonLines(_ sights: [ClusterSight]) -> [String] {
    sights.filter { !$0.isLive || !$0.visibility.isWhole }.map { shape.line($0) }
  }

  /// Which clusters do not answer and why, in one sentence; `nil` when all do.
  package static func silence(_ sights: [ClusterSight]) -> String? {
    let silent = sights.compactMap { sight in sight.silence.map { "\(sight.cluster): \($0)" } }
    return silent.isEmpty ? nil : silent.joined(separator: "; ")
  }
}

extension Array {
  /// `nil` when there is nothing in it.
  var nonEmpty: Self? { isEmpty ? nil : self }
}
