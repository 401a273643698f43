import ArgumentParser
import ClusterFeed
import ClusterModel
import Glibc
import KubernetesClient
import RecordStore
import Recorder
import StateDirectory
import TimeFormat
import Views

struct ClusterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Record what a cluster's API says into a folder, and replay such a recording.",
    subcommands: [ClusterReplay.self, ClusterRecord.self])
}

struct ClusterReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "The reschedule history of a recording, by the recorder's own code, and the times that it could not see.",
    discussion: """
      Nothing is stored, and no cluster is asked. The history is as a recorder would have told it when the recording ended: what was not \
      settled by then is pending.
      """)

  @OptionGroup var output: PrintOptions
  @Flag(help: "Then the health of the cluster as it was at the end of the recording.") var health = false
  @Flag(name: .customLong("by-time"), help: "In the order of time instead of by workload.") var byTime = false
  @Flag(help: "Show local times instead of UTC.") var local = false
  @Argument(help: "The folder of the recording.", completion: .directory) var folder: String

  func run() async throws {
    let store = try TemporaryFolder()
    defer { store.remove() }
    do {
      let recording = try ClusterRecording(folder: folder)
      let cluster = recording.context ?? folder.split(separator: "/").last { $0 != "." && $0 != ".." }.map(String.init) ?? "recording"
      let replay = try await RecordingReplay(
        recording, cluster: cluster, into: try StoreWriter(directory: store.path, now: recording.start))
      try await show(replay, StoreReader(directory: store.path))
      if let problem = replay.firstProblem {
        Output.complain("\(counted(replay.unreadable, "line")) of \(folder)/watch.ndjson cannot be read and were passed over; \(problem)")
      }
    } catch {
      throw (error as? Problem) ?? Problem.environment("\(error)")
    }
  }

  private func show(_ replay: RecordingReplay, _ store: StoreReader) async throws {
    let face = local ? TimeDisplay(offset: WallClock.localOffset(at: replay.end), name: "local") : .utc
    let history = try await LedgerHistory(since: nil).run(Sources(logs: store, ledger: store))
    let ledger = LedgerCoverage(await store.completeness(), now: replay.end)
    // From the first second, with what had ended before it.
    let span = replay.end - replay.start + .seconds(86_400)
    let view = ReschedulesView(
      history.reschedules, gaps: history.gaps, ledger: ledger, clusters: [replay.cluster], now: replay.end, span: span)
    output.show(
      view.report(
        face: face, span: (replay.end - replay.start).brief, order: byTime ? .byTime : .byWorkload, isFolded: !output.linear),
      view.jsonLines)
    guard health else { return }
    let verdicts = HealthAssessment.verdicts(on: replay.snapshot, reschedules: history.reschedules, now: replay.end)
    let tiles = HealthView(
      clusters: [ClusterHealth(snapshot: replay.snapshot, verdicts: verdicts)], reschedules: history.reschedules, ledger: ledger,
      now: replay.end)
    if !output.json { Output.line("") }
    output.show(output.linear ? tiles.report(face: face) : tiles.table(face: face), tiles.jsonLines)
  }
}

struct ClusterRecord: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Write what a cluster's API says into a folder, until ctrl-c, for periplus cluster replay.",
    discussion: """
      The lists of all kinds that Periplus watches, then every line of their watches with its time. Neither logs nor Secrets nor ConfigMaps are \
      read; values that give themselves away as secrets are masked. To keep the reschedule history itself, use periplus record.
      """)

  @Option(help: ArgumentHelp("The context of KUBECONFIG to record.", valueName: "context"), completion: Candidates.contexts)
  var context: String
  @Argument(help: "A new or an empty folder.", completion: .directory) var folder: String

  func run() async throws {
    do {
      let api = KubernetesAPI(context: try Kubeconfig.load().context(context))
      let writer = try RecordingWriter(folder: folder, context: context, now: WallClock.now())
      try await ClusterRecordSession(
        feed: WatchedCluster(api: api, cluster: context, resources: ClusterResource.allCases, tap: writer, now: WallClock.now),
        writer: writer
      ).run()
    } catch {
      throw (error as? Problem) ?? Problem.environment("\(error)")
    }
  }
}

/// One recording, from its first list to ctrl-c.
private struct ClusterRecordSession {
  let feed: WatchedCluster
  let writer: RecordingWriter

  func run() async throws {
    let began = WallClock.now()
    let watching = Task { await feed.run() }
    let look = Task { await tellRefusals() }
    defer {
      watching.cancel()
      look.cancel()
    }
    await FirstSight(feeds: [feed]).wait(limit: .seconds(15))
    guard writer.kinds > 0 else {
      watching.cancel()
      await watching.value
      writer.discard()
      throw Problem.environment("\(feed.cluster) cannot be recorded: \(reason)")
    }
    Output.progress("recording \(feed.cluster) into \(writer.folder); ctrl-c ends it", isLast: true)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await Interrupts.wait() }
      group.addTask { await writer.failed() }
      await group.next()
      group.cancelAll()
    }
    watching.cancel()
    await watching.value
    refusals()
    if let failure = writer.failure {
      throw Problem.environment("the recording in \(writer.folder) ends here, after \(counted(writer.events, "event")): \(failure)")
    }
    let time = (WallClock.now() - began).brief
    Output.line("\(counted(writer.events, "event")) of \(counted(writer.kinds, "kind")) in \(time) are in \(writer.folder)")
  }

  /// Why nothing was listed.
  private var reason: String {
    switch feed.current().connection {
    case .stale(_, let reason, _): reason
    default: feed.status().lastError ?? "it has not answered within 15 s"
    }
  }

  private func tellRefusals() async {
    while !Task.isCancelled {
      refusals()
      try? await Task.sleep(for: .seconds(1))
    }
  }

  private func refusals() {
    for kind in feed.status().kinds { if case .unavailable(let reason, _) = kind.state { writer.refused(kind.resource, reason) } }
  }
}
