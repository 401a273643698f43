import ClusterModel
import Console
import MigrationPlan
import Synchronization
import TelemetryModel
import TestKits
import TimeFormat

extension MemoryLogs {
  /// What the fixture's services wrote.
  static func fixture(
    _ all: [LogRecord] = Fixture.noise + Fixture.lastWords + Fixture.records, sources: [SourceStatus] = Fixture.sources,
    failure: FakeError? = nil
  ) -> MemoryLogs { MemoryLogs(all, sources: sources, failure: failure, sourceID: Fixture.source) }
}

extension MemoryLedger {
  static func fixture(_ entries: [Reschedule] = Fixture.reschedules) -> MemoryLedger {
    MemoryLedger(entries, gaps: Fixture.gaps, lifecycle: Fixture.lifecycle)
  }
}

struct FakeError: Error, CustomStringConvertible {
  var description: String
}

extension StillCluster {
  /// A cluster that looks as another one of the fixture does, but for its name.
  static func twin(_ cluster: String, of original: String = "prd-fra") -> StillCluster {
    var snapshot = Fixture.snapshot(original)
    snapshot.cluster = cluster
    return StillCluster(snapshot)
  }
}

/// What was done to clusters.
final class FakeActions: ClusterActions {
  let done = Mutex<[ClusterAction]>([])
  func perform(_ action: ClusterAction) async throws -> String {
    done.withLock { $0.append(action) }
    return "Done."
  }
}

struct FakePanes: PaneSource {
  var isUnderWay = true

  func open(_ kind: PaneUpdate.Kind, id: String) async -> PaneUpdate {
    if kind == .demo { return FakePanes.demo }
    return PaneUpdate(
      kind: kind, title: "Follow an id", progress: "step 1 of 3",
      lines: [
        .init("A customer calls: \"my order is not there\". The ticket has a request id.", .strong), .init(""),
        .init("Which services worked on it?"), .init(":answer …", .dim), .init("3 hints left: h", .dim),
      ], isUnderWay: isUnderWay)
  }
  static let demo = PaneUpdate(
    kind: .demo, title: "One id through stdout", progress: "step 4 of 7",
    lines: [
      .init("A customer places an order. The response carries x-request-id, which the customer can copy into a ticket.", .strong)
    ],
    playing: [.init("Nobody called the ledger. It took a message from a queue.", .strong)],
    notes: [
      .init("A customer places an order. The response carries x-request-id, which the customer can copy into a ticket.", .strong),
      .init(""), .init("Note: The id is demo-7."), .init(""), .init("Does: :request demo-7", .dim),
      .init("Expects: services is at least 4", .dim), .init(""), .init("Next: Nobody called the ledger.", .dim),
    ], isUnderWay: true)

  func perform(_ command: PaneCommand, argument: String) async -> PaneUpdate? {
    command == .close
      ? nil : PaneUpdate(kind: .lesson, title: "Follow an id", progress: "step 1 of 3", lines: [.init("\(command.rawValue) \(argument)")])
  }
}

/// Checks that pass, but for one.
final class FakeChecks: CheckActions {
  let ran = Mutex<[[String]]>([])
  /// Runs until it is cancelled after so many results.
  let hangsAfter: Int?

  init(hangsAfter: Int? = nil) { self.hangsAfter = hangsAfter }

  func run(_ checks: [String], report: @Sendable (CheckResult) -> Void) async throws {
    ran.withLock { $0.append(checks) }
    for (index, check) in checks.enumerated() {
      if index == hangsAfter {
        while !Task.isCancelled { await Task.yield() }
        throw CancellationError()
      }
      let isBad = check == "logging.one-completion"
      report(
        CheckResult(check: check, outcome: isBad ? .fail : .pass, details: isBad ? ["catalog-1 check-9f3c: 1 started, 2 completed"] : []))
    }
  }
}

extension ConsolePorts {
  static func fake(
    clusters: [String] = ["prd-fra", "prd-sin", "dev-fra"], logs: MemoryLogs = .fixture(), ledger: MemoryLedger = .fixture(),
    hasPlan: Bool = true,
    actions: FakeActions = FakeActions(), checks: FakeChecks = FakeChecks()
  ) -> ConsolePorts {
    ConsolePorts(
      logs: logs, completeness: logs, clusters: clusters.map { StillCluster(Fixture.snapshot($0)) }, ledger: ledger,
      evidence: MemoryEvidence(Fixture.evidence),
      voyage: { _, _ in PlanUpdate(voyage: hasPlan ? Fixture.voyage() : nil) },
      verdicts: { snapshot, _, _ in Fixture.verdicts(snapshot.cluster) },
      actions: actions, panes: FakePanes(), checks: checks, export: { name, _, _ in "exports/\(name).md" }, now: { Fixture.now },
      pause: { _ in await Task.yield() })
  }
}
