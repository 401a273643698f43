package import TimeFormat

/// What a check found on a subject, and how it was obtained.
package struct Evidence: Sendable, Hashable {
  /// How evidence was obtained: declared, configured, observed live, exercised by a probe request or a fault drill.
  package enum Grade: Int, Sendable, Hashable, Comparable, CaseIterable {
    case declared = 0
    case configured = 1
    case observed = 2
    case exercised = 3

    package static func < (one: Grade, other: Grade) -> Bool { one.rawValue < other.rawValue }
    /// `E0` to `E3`.
    package var code: String { "E\(rawValue)" }

    /// How it was obtained, in a word.
    package var word: String {
      switch self {
      case .declared: "declared"
      case .configured: "configured"
      case .observed: "observed"
      case .exercised: "exercised"
      }
    }

    /// How it was obtained, in a sentence.
    package var meaning: String {
      switch self {
      case .declared: "somebody says so; nothing was examined"
      case .configured: "the configuration is in place; whether it works was not seen"
      case .observed: "seen in the running system"
      case .exercised: "a request that the check sent, or a drill, made it work"
      }
    }
  }

  /// Unknown and stale are never pass; a waived check counts in neither side.
  package enum Outcome: String, Sendable, Hashable, CaseIterable { case pass, fail, unknown, stale, waived, notApplicable = "n/a" }

  package var check: String
  /// What was examined: `Deployment/invoices`, or the cluster's name.
  package var subject: String
  package var cluster: String
  package var outcome: Outcome
  package var grade: Grade
  /// In words, with figures: `200 of 200 records valid`.
  package var observed: String
  /// How it was obtained, so that a person can repeat it.
  package var query: String
  package var source: String
  package var at: Timestamp
  /// SHA-256 of the data looked at, in hex; empty when there was none.
  package var digest: String

  /// The id of the request that the check sent, by which its records are found; `nil` for evidence of another kind.
  package var requestID: String? {
    let words = query.split(separator: " ")
    guard let option = words.firstIndex(of: "--request-id"), words.indices.contains(option + 1) else { return nil }
    return String(words[option + 1])
  }

  package init(
    check: String, subject: String, cluster: String, outcome: Outcome, grade: Grade, observed: String, query: String, source: String,
    at: Timestamp, digest: String = ""
  ) {
    self.check = check
    self.subject = subject
    self.cluster = cluster
    self.outcome = outcome
    self.grade = grade
    self.observed = observed
    self.query = query
    self.source = source
    self.at = at
    self.digest = digest
  }
}

/// A port: the durable log of evidence.
package protocol EvidenceLog: Sendable {
  /// The newest evidence per check, subject and cluster.
  func latest() async throws -> [Evidence]
  /// Everything since a moment, oldest first.
  func history(since: Timestamp?) async throws -> [Evidence]
  /// An element after evidence was added; several additions may share one. Ends when nobody reads it any more.
  func evidenceChanges() -> AsyncStream<Void>
}

/// A port: where evidence is written. One writer.
package protocol EvidenceRecorder: Sendable {
  func record(_ evidence: [Evidence]) async throws
}
