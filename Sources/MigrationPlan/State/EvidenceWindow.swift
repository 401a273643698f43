package import TimeFormat

/// The evidence that a voyage is computed from: the newest of every check, and history as far back as a soak of the plan reaches.
///
/// It remembers what it read: the log only grows, and a console asks often.
package actor EvidenceWindow {
  private let log: any EvidenceLog
  private var known: Set<Evidence> = []
  private var from: Timestamp?
  private var newest: Timestamp?

  /// Evidence is stored a moment after its time.
  private static let overlap = Duration.seconds(300)

  package init(_ log: any EvidenceLog) { self.log = log }

  /// - Parameter latest: the newest of every check, where the caller has it.
  package func evidence(for plan: Plan, latest: [Evidence]? = nil, now: Timestamp) async throws -> [Evidence] {
    let start = now - plan.evidenceReach - Self.overlap
    let isWhole = from.map { start < $0 } ?? true
    let since = isWhole ? start : max(start, (newest ?? start) - Self.overlap)
    let read = try await log.history(since: since)
    if isWhole { from = start }
    known.formUnion(read)
    // A result from a clock that was ahead does not hide what came after it.
    newest = known.lazy.map(\.at).filter { $0 <= now }.max()
    if known.contains(where: { $0.at < start }) { known = known.filter { $0.at >= start } }
    let last = if let latest { latest } else { try await log.latest() }
    return Array(known.union(last))
  }
}

extension Plan {
  /// Of any milestone or gate, and one sprint at least.
  package var longestSoakDays: Int {
    (milestones.map(\.soakDays) + gates.map(\.soakDays)).reduce(program.sprintDays, max)
  }

  /// How far back evidence is needed. A soak is done when it began at or before `now - soakDays`, and what says so is the run before that
  /// moment: at most as far from it as a result lives.
  package var evidenceReach: Duration {
    .seconds(longestSoakDays * 86_400) + (checks.map(\.timeToLive).max() ?? .zero)
  }
}
