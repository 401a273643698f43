package import Application
package import Checks
package import ClusterModel
package import MigrationPlan
package import RecordStore
package import TelemetryModel
package import TimeFormat

/// Runs the plan's checks when their evidence has run out, so that the Voyage page is computed from what is true now.
package struct DueChecks: Sendable {
  let cluster: any ClusterSource
  let logs: any LogSource
  let evidence: any EvidenceLog
  let store: StoreWriter
  /// `nil` where the cluster has no application that requests may be sent to: checks that send are then unknown.
  let client: (any ServiceClient)?
  /// The plan as it is on disk now; `nil` when there is none or it has errors.
  let plan: @Sendable () -> Plan?
  /// The app profile as it is on disk now; `nil` when there is none that can be used.
  let app: @Sendable () -> AppProfile?
  let now: @Sendable () -> Timestamp
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void

  package init(
    cluster: any ClusterSource, logs: any LogSource, evidence: any EvidenceLog, store: StoreWriter, client: (any ServiceClient)?,
    plan: @escaping @Sendable () -> Plan?, app: @escaping @Sendable () -> AppProfile? = { nil }, now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.cluster = cluster
    self.logs = logs
    self.evidence = evidence
    self.store = store
    self.client = client
    self.plan = plan
    self.app = app
    self.now = now
    self.pause = pause
  }

  private var runner: CheckRunner {
    CheckRunner(CheckContext(cluster: cluster, logs: logs, client: client, app: app(), now: now))
  }

  /// Runs what is due, until cancelled.
  ///
  /// - Parameter tell: is told why nothing is run; `nil` when it is.
  package func run(_ tell: @Sendable (_ obstacle: String?) -> Void = { _ in }) async {
    while !Task.isCancelled {
      // Not at once: a cluster that has just come up would fail what it passes a moment later.
      do { try await pause(.seconds(5)) } catch { return }
      guard case .live = cluster.current().connection else {
        tell("\(cluster.cluster) does not answer")
        continue
      }
      guard let plan = plan() else {
        tell("there is no usable plan; periplus plan lint says what is wrong with it")
        continue
      }
      guard isWanted(by: plan) else {
        tell("the plan has no cluster \(cluster.cluster): its checks are not run there")
        continue
      }
      tell(nil)
      for id in await due(plan) {
        let reports = await runner.run(plan, only: [id])
        // A check that was cut short found nothing: what was known before stands.
        if Task.isCancelled { return }
        for report in reports { try? store.record(evidence: report.evidence) }
      }
    }
  }

  /// A cluster that has the application is checked whatever the plan calls it; of others those that the plan names.
  private func isWanted(by plan: Plan) -> Bool {
    client != nil || plan.program.clusters.contains { $0.id == cluster.cluster }
  }

  /// Checks without evidence, or whose evidence is past half its time to live: renewed before it is stale.
  private func due(_ plan: Plan) async -> [String] {
    let newest = Dictionary(
      grouping: ((try? await evidence.latest()) ?? []).filter { $0.cluster == cluster.cluster }, by: \.check
    ).mapValues { $0.map(\.at).max() }
    let moment = now()
    return plan.checks.filter { check in
      guard let at = newest[check.id] ?? nil else { return true }
      return moment - at > check.timeToLive / 2
    }.map(\.id)
  }

  /// All checks of the plan, or those named, now; their evidence is recorded as each is done. Who cancels it ends it before the next
  /// check, and the one under way records nothing.
  package func now(only ids: Set<String>, _ report: (CheckRunner.Report) -> Void) async throws {
    guard let plan = plan() else { throw RecorderError("there is no usable plan; periplus plan lint says what is wrong with it") }
    let known = Set(plan.checks.map(\.id))
    for id in ids.subtracting(known).sorted() {
      throw RecorderError("the plan has no check \(id); it has: \(known.sorted().joined(separator: ", "))")
    }
    guard isWanted(by: plan) else { return }
    for check in plan.checks where ids.isEmpty || ids.contains(check.id) {
      let results = await runner.run(plan, only: [check.id])
      try Task.checkCancellation()
      for result in results {
        try store.record(evidence: result.evidence)
        report(result)
      }
    }
  }
}

/// What the recorder cannot do, in one sentence.
package struct RecorderError: Error, CustomStringConvertible {
  package var description: String
  package init(_ sentence: String) { description = sentence }
}
