import ArgumentParser
import ClusterFeed
import ClusterModel
import Console
import RecordStore
import StateDirectory
import TimeFormat
import Views

struct Health: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is red, amber, green or grey, and why.",
    discussion: "Exit code 1 when something is red, 3 when a cluster does not answer: its line of JSON says why.")

  @OptionGroup var read: ReadOptions
  @OptionGroup var look: ContextOptions

  func run() async throws {
    let wiring = try ConsoleWiring(home: try read.home.resolve(), contexts: look.contexts)
    let snapshots = try await wiring.firstSight()
    let now = WallClock.now()
    let ledger = try await LedgerHistory(since: now - .seconds(7 * 86_400)).run(wiring.ports.sources)
    let judged = snapshots.map { snapshot in
      ClusterHealth(snapshot: snapshot, verdicts: HealthAssessment.verdicts(on: snapshot, ledger: ledger, now: now))
    }
    let unanswered = try? await UnansweredTraffic(judged, now: now).run(wiring.ports.sources)
    let clusters = judged.map { $0.adding(unanswered ?? [:]) }
    let view = HealthView(
      clusters: clusters, reschedules: ledger.reschedules,
      ledger: LedgerCoverage(
        await wiring.store.completeness(), now: now, ground: wiring.clusters.first(with: .provingGround)?.feed.cluster), now: now)
    read.show(read.output.linear ? view.report(face: read.face) : view.table(face: read.face), view.jsonLines)
    if view.hasRed { throw Problem.finding() }
    if let silence = view.silence { throw Problem.environment(silence) }
  }
}
