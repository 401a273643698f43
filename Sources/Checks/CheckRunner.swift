import ClusterModel
import Crypto
package import MigrationPlan
package import StrictYAML
import TimeFormat

/// Runs checks within their time and turns what they find into evidence. Never throws: what could not be looked at is unknown.
package struct CheckRunner: Sendable {
  /// A check's evidence with what a person needs to act on it.
  package struct Report: Sendable {
    package var check: String
    package var evidence: [Evidence]
    /// Every offender by itself.
    package var details: [String]
    package var onFailure: String
    package var howToFix: String

    /// The worst outcome.
    package var outcome: Evidence.Outcome { evidence.map(\.outcome).max { $0.badness < $1.badness } ?? .unknown }
  }

  private let context: CheckContext
  private let library: [CheckDefinition]

  package init(_ context: CheckContext, library: [CheckDefinition] = CheckLibrary.all) {
    self.context = context
    self.library = library
  }

  /// The checks that the plan wants on this cluster, one after the other, in the plan's order.
  package func run(_ plan: Plan, only ids: Set<String> = []) async -> [Report] {
    let cluster = context.cluster.cluster
    var reports: [Report] = []
    for check in plan.checks where ids.isEmpty || ids.contains(check.id) {
      guard check.clusters.isEmpty || check.clusters.contains(cluster), !Task.isCancelled else { continue }
      reports.append(await run(check.id, parameters: check.parameters, timeout: check.timeout))
    }
    return reports
  }

  package func run(_ id: String, parameters: YAMLNode? = nil, timeout: Duration = .seconds(30)) async -> Report {
    // All evidence of one run carries one time, so that a reader can tell what the newest run covered.
    let began = context.now()
    var context = context
    context.parameters = parameters
    let cluster = context.cluster.cluster
    guard let definition = library.first(where: { $0.id == id }) else {
      let finding = CheckFinding(
        subject: cluster, outcome: .unknown, grade: .declared, observed: "there is no check '\(id)' in the library", query: "")
      return Report(
        check: id, evidence: [evidence(finding, id, cluster, began)], details: [], onFailure: "The plan names a check that does not exist.",
        howToFix: "Run periplus check --list and correct the plan.")
    }
    let findings = await findings(definition, context, timeout, cluster)
    return Report(
      check: id, evidence: findings.map { evidence($0, id, cluster, began) }, details: findings.flatMap(\.details),
      onFailure: definition.onFailure, howToFix: definition.howToFix)
  }

  private func findings(
    _ definition: CheckDefinition, _ context: CheckContext, _ timeout: Duration, _ cluster: String
  ) async -> [CheckFinding] {
    func unknown(_ sentence: String) -> [CheckFinding] {
      [CheckFinding(subject: cluster, outcome: .unknown, grade: .declared, observed: sentence, query: "")]
    }
    do {
      let findings = try await withTimeout(timeout, context) { try await definition.run(context) }
      guard let findings else { return unknown("timed out after \(timeout.brief)") }
      return findings.isEmpty ? unknown("there is nothing to check yet") : findings
    } catch let obstacle as CheckObstacle {
      return unknown(obstacle.sentence)
    } catch let error as ServiceClientError {
      return unknown(error.sentence)
    } catch is CancellationError {
      return unknown("cancelled")
    } catch {
      return unknown("check error: \(error)")
    }
  }

  /// `nil` when the time was over first.
  private func withTimeout<Value: Sendable>(
    _ limit: Duration, _ context: CheckContext, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await context.pause(limit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  private func evidence(_ finding: CheckFinding, _ check: String, _ cluster: String, _ at: Timestamp) -> Evidence {
    Evidence(
      check: check, subject: finding.subject, cluster: cluster, outcome: finding.outcome, grade: finding.grade,
      observed: finding.observed, query: finding.query, source: "periplus checks", at: at,
      digest: finding.data.isEmpty ? "" : Self.hex(SHA256.hash(data: finding.data)))
  }

  private static func hex(_ digest: SHA256.Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
