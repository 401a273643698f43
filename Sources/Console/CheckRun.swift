package import MigrationPlan
package import TimeFormat

/// A port: runs checks of the plan now, as `periplus check` does; each result is recorded as evidence.
package protocol CheckActions: Sendable {
  /// - Parameters:
  ///   - checks: ids of the plan's checks.
  ///   - report: is told each result as soon as there is one.
  /// - Throws: an error whose description is one sentence; `CancellationError` when it was cancelled.
  func run(_ checks: [String], report: @Sendable (CheckResult) -> Void) async throws
}

/// A check that was run from the console.
package struct CheckResult: Sendable, Hashable {
  package var check: String
  /// The worst of its evidence.
  package var outcome: Evidence.Outcome
  /// Each offender by itself, e.g. each invalid record.
  package var details: [String]

  package init(check: String, outcome: Evidence.Outcome, details: [String] = []) {
    self.check = check
    self.outcome = outcome
    self.details = details
  }
}

/// The checks that were last run from the console, and how far they are.
package struct CheckRun: Sendable, Hashable {
  package enum Phase: Sendable, Hashable { case running, cancelling, ended }

  package var checks: [String]
  package var startedAt: Timestamp
  package var results: [CheckResult] = []
  package var phase = Phase.running

  package init(_ checks: [String], at now: Timestamp) {
    self.checks = checks
    startedAt = now
  }

  package var isRunning: Bool { phase != .ended }
  /// How many of the checks have a result.
  package var done: Int { Set(results.map(\.check)).count }

  /// Each offender that a check named, by itself.
  func details(of check: String) -> [String] { results.filter { $0.check == check }.flatMap(\.details) }

  /// `running checks: 1 of 4 done, 3 s`.
  func words(_ now: Timestamp) -> String {
    let words = "running checks: \(done) of \(checks.count) done, \((now - startedAt).brief)"
    return phase == .cancelling ? "\(words), cancelling" : words
  }

  /// What came of it.
  var summary: Note {
    if results.isEmpty { return Note("No check ran: the plan does not want these on a cluster that is watched.", .bad) }
    let counts = Evidence.Outcome.allCases.compactMap { outcome -> String? in
      let count = results.count { $0.outcome == outcome }
      return count == 0 ? nil : "\(count) \(outcome.rawValue)"
    }
    let what = checks.count == 1 ? checks[0] : "\(checks.count) checks"
    return Note("Ran \(what): \(counts.joined(separator: ", ")).", results.allSatisfy { $0.outcome == .pass } ? .good : .bad)
  }
}

/// What comes back from checks under way.
package enum CheckNews: Sendable {
  case result(CheckResult)
  /// - Parameter problem: why they could not be run, in one sentence; `nil` when they were.
  case ended(problem: String?)
}

extension ConsoleState {
  mutating func receive(_ news: CheckNews) {
    switch news {
    case .result(let result): shared.checkRun?.results.append(result)
    case .ended(let problem):
      let done = shared.checkRun?.done ?? 0
      let isCancelled = shared.checkRun?.phase == .cancelling
      shared.checkRun?.phase = .ended
      if isCancelled {
        note = Note("Cancelled after \(done) of \(shared.checkRun?.checks.count ?? 0) checks; one under way may still record its result.")
      } else {
        note = problem.map { Note($0, .bad) } ?? shared.checkRun?.summary
      }
    }
    refresh()
  }
}
