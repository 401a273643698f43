import ArgumentParser
import ClusterModel
import RecordStore
import StateDirectory
import TimeFormat
import Views

struct Reschedules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The reschedule history: which pods were replaced or restarted, why, and for how long replicas were missing.",
    discussion: """
      Planned is what a workload's own specification asks for: rollout, scale, completed. Everything else counts as unplanned, also \
      a pod that was deleted directly or drained.
      """)

  @OptionGroup var read: ReadOptions
  @Option(help: ArgumentHelp("The last 15m, 2h, 7d … (default 1d).", valueName: "duration")) var since: DurationOption?
  @Flag(name: .customLong("by-time"), help: "In the order of time instead of by workload.") var byTime = false

  func run() async throws {
    let store = try read.store()
    let now = WallClock.now()
    let span = since?.duration ?? .seconds(86_400)
    let history = try await LedgerHistory(since: now - span).run(Sources(logs: store, ledger: store))
    let view = ReschedulesView(
      history.reschedules, gaps: history.gaps, shortages: history.shortages, ledger: LedgerCoverage(await store.completeness(), now: now),
      now: now,
      span: span)
    read.show(
      view.report(face: read.face, span: span.brief, order: byTime ? .byTime : .byWorkload, isFolded: !read.output.linear), view.jsonLines)
  }
}
