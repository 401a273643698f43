import ClusterModel
import Console
import MigrationPlan
import Synchronization
import TelemetryModel
import TimeFormat

struct FakeLogs: LogSource {
  var all: [LogRecord] = Fixture.noise + Fixture.lastWords + Fixture.records
  var sources = Fixture.sources
  var failure: FakeError?

  private func matches(_ record: LogRecord, _ condition: LogQuery.Condition) -> Bool {
    let raw = String(decoding: record.raw, as: UTF8.self)
    switch condition {
    case .requestID(let id): return record.requestID == id
    case .text(let text): return raw.lowercased().contains(text.lowercased())
    case .field("service", _, let name): return record.service == name
    case .field("cluster", _, let name): return record.origin.cluster == name
    case .field("pod", _, let name): return record.origin.pod == name
    case .field("namespace", _, let name): return record.origin.namespace == name
    case .field("level", .atLeast, let word): return (record.level ?? .info).word >= word || (record.level ?? .info) >= .warn
    case .not(let inner): return !matches(record, inner)
    case .any(let inner): return inner.contains { matches(record, $0) }
    default: return true
    }
  }

  func records(matching query: LogQuery) async throws -> LogPage {
    if let failure { throw failure }
    var found = all.filter { record in
      query.range.map { $0.contains(record.at) } ?? true && query.conditions.allSatisfy { matches(record, $0) }
    }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    if query.order == .newestFirst { found.reverse() }
    return LogPage(records: Array(found.prefix(query.limit)), next: nil)
  }

  func histogram(matching query: LogQuery, over range: Range<Timestamp>, buckets: Int) async throws -> [Int] {
    if let failure { throw failure }
    var counts = [Int](repeating: 0, count: buckets)
    let span = (range.upperBound - range.lowerBound).nanoseconds
    for record in all where range.contains(record.at) && query.conditions.allSatisfy({ matches(record, $0) }) {
      counts[Int(Double((record.at - range.lowerBound).nanoseconds) / Double(span) * Double(buckets))] += 1
    }
    return counts
  }

  func completeness() async -> [SourceStatus] { sources }
  func revision() async -> Int64 { 1 }
}

struct FakeError: Error, CustomStringConvertible {
  var description: String
}

struct FakeCluster: ClusterSource {
  let cluster: String
  func current() -> ClusterSnapshot { Fixture.snapshot(cluster) }
  func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }
}

/// A cluster that looks as another one does, but for its name.
struct TwinCluster: ClusterSource {
  let cluster: String
  var original = "prd-fra"

  func current() -> ClusterSnapshot {
    var snapshot = Fixture.snapshot(original)
    snapshot.cluster = cluster
    return snapshot
  }
  func snapshots() -> AsyncStream<ClusterSnapshot> { AsyncStream { $0.finish() } }
}

struct FakeLedger: RescheduleSource {
  var isEmpty = false
  var entries = Fixture.reschedules
  func reschedules(since: Timestamp?) async throws -> [Reschedule] { isEmpty ? [] : entries }
  func gaps(since: Timestamp?) async throws -> [LedgerGap] { isEmpty ? [] : Fixture.gaps }
  func lifecycle(ofPods uids: [String]) async throws -> [PodLifecycleEvent] {
    Fixture.lifecycle.filter { uids.contains($0.podUID) }.sorted { $0.at < $1.at }
  }
  func revision() async -> Int64 { 1 }
}

struct FakeEvidence: EvidenceLog {
  func latest() async throws -> [Evidence] { Fixture.evidence }
  func history(since: Timestamp?) async throws -> [Evidence] { Fixture.evidence }
  func revision() async -> Int64 { 1 }
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
  func open(_ kind: PaneUpdate.Kind, id: String) async -> PaneUpdate {
    PaneUpdate(
      kind: kind, title: "Follow an id", progress: "step 1 of 3",
      lines: [
        .init("A customer calls: \"my order is not there\". The ticket has a request id.", .strong), .init(""),
        .init("Which services worked on it?"), .init(":answer …", .dim), .init("3 hints left: h", .dim),
      ])
  }
  func perform(_ command: PaneCommand, argument: String) async -> PaneUpdate? {
    command == .close
      ? nil : PaneUpdate(kind: .lesson, title: "Follow an id", progress: "step 1 of 3", lines: [.init("\(command.rawValue) \(argument)")])
  }
}

extension ConsolePorts {
  static func fake(
    clusters: [String] = ["prd-fra", "prd-sin", "dev-fra"], logs: FakeLogs = FakeLogs(), ledger: FakeLedger = FakeLedger(),
    hasPlan: Bool = true,
    actions: FakeActions = FakeActions()
  ) -> ConsolePorts {
    ConsolePorts(
      logs: logs, clusters: clusters.map(FakeCluster.init), ledger: ledger, evidence: FakeEvidence(),
      voyage: { _, _ in PlanUpdate(voyage: hasPlan ? Fixture.voyage() : nil) },
      verdicts: { snapshot, _, _ in Fixture.verdicts(snapshot.cluster) },
      actions: actions, panes: FakePanes(), export: { name, _, _ in "exports/\(name).md" }, now: { Fixture.now },
      pause: { _ in await Task.yield() })
  }
}
