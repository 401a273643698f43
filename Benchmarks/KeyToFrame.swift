import ClusterFeed
import ClusterModel
import Console
import Glibc
import KubernetesClient
import RecordStore
import Screen
import StateDirectory
import TimeFormat

/// From a key to the frame that answers it, in the console's core, while a cluster of 20,000 pods changes.
enum KeyToFrame {
  static let keys = 1500

  static let benchmark = Benchmark(
    name: "key-to-frame", title: "Key to frame",
    method: """
      \(grouped(keys)) keys, 30 a second, through every page at 120×40, over \(grouped(LargeCluster.pods)) pods of which \
      \(LargeCluster.churn) change each second: from the moment at which the key is due to the drawn frame, background frames in \
      between included. The API server and its changes run in the same process.
      """
  ) { bench in
    let cluster = try LargeCluster(bench, home: "keys")
    return try await cluster.serve { try await measure(cluster) }
  }

  private static func measure(_ cluster: LargeCluster) async throws -> [Figure] {
    let context = try Kubeconfig(files: [cluster.kubeconfig]).context()
    let feed = WatchedCluster(api: KubernetesAPI(context: context), cluster: "ground", now: LargeCluster.now)
    let watching = Task { await feed.run() }
    defer { watching.cancel() }
    let start = ContinuousClock.now
    while !isComplete(feed.current()) {
      guard ContinuousClock.now - start < .seconds(60) else { throw NotMeasured("the pods were not listed within 60 s") }
      try await Task.sleep(for: .milliseconds(50))
    }
    let listed = ContinuousClock.now - start

    let store = StoreReader(directory: cluster.home.store)
    let ports = ConsolePorts(
      logs: store, completeness: store, clusters: [feed], ledger: store, evidence: store, voyage: { _, _ in PlanUpdate(voyage: nil) },
      verdicts: { HealthAssessment.verdicts(on: $0, ledger: $1, now: $2) }, export: { name, _, _ in name }, now: LargeCluster.now,
      pause: { try await Task.sleep(for: $0) })
    let inbox = Inbox()
    let runner = EffectRunner(ports: ports, inbox: inbox)
    let background = Task { await runner.watch() }
    defer { background.cancel() }
    let loop = await Task.detached(priority: .high) { KeyLoop(inbox: inbox, runner: runner).run() }.value
    let spread = Spread(loop.keys.map(\.took))
    let slowest = Dictionary(grouping: loop.keys, by: \.key).map { (key: $0.key, spread: Spread($0.value.map(\.took))) }
      .sorted { $0.spread.median > $1.spread.median }.prefix(3).map { "`\($0.key)` \($0.spread.median.millis)" }.joined(separator: ", ")
    let frames = Spread(loop.backgroundFrames)
    return [
      Figure(
        what: "key to frame, \(grouped(LargeCluster.pods)) pods under churn", figure: spread.text, target: "p99 < 16 ms",
        isMet: spread.p99 < .milliseconds(16)),
      Figure(what: "slowest keys, medians", figure: slowest),
      Figure(what: "frame that news alone asked for (\(frames.count) of them)", figure: frames.text),
      Figure(what: "list of the whole cluster, decoded", figure: "\(decimals(listed.seconds)) s"),
    ]
  }

  private static func isComplete(_ snapshot: ClusterSnapshot) -> Bool {
    if case .live = snapshot.connection { return snapshot.pods.count == LargeCluster.pods }
    return false
  }
}

/// The terminal's loop without a terminal: keys when they are due, news as it comes.
private struct KeyLoop {
  let inbox: Inbox
  let runner: EffectRunner

  private static let script = [
    "j", "j", "j", "j", "k", "G", "g", "ctrl-d", "ctrl-u", "x", "Esc", "s", "s", "s", "Enter", "j", "j", "Esc", "3", "v", "v", "1", "4",
    "2", "?", "?", ":", "s", "Esc",
  ]

  func run() -> (keys: [(key: String, took: Duration)], backgroundFrames: [Duration]) {
    let clock = ContinuousClock()
    let size = Size(columns: 120, rows: 40)
    var core = ConsoleCore(
      state: ConsoleState(now: LargeCluster.now()), inbox: inbox, size: size, theme: Theme(depth: .truecolor), glyphs: .unicode,
      now: LargeCluster.now)
    var keys: [(key: String, took: Duration)] = []
    var frames: [Duration] = []
    func perform() {
      for effect in core.takeEffects() {
        switch effect {
        case .copy, .quit, .suspend, .redraw: break
        default: runner.perform(effect)
        }
      }
    }
    let presses = Self.script.compactMap { name in KeyPress(name: name).map { (name: name, press: $0) } }
    let start = clock.now + .seconds(2)
    for number in -60..<KeyToFrame.keys {
      let due = start + .milliseconds(33) * (number + 60)
      while clock.now < due {
        if inbox.isEmpty {
          usleep(200)
          continue
        }
        let begin = clock.now
        core.readInbox()
        core.tick()
        perform()
        _ = core.render()
        if number >= 0 { frames.append(clock.now - begin) }
        // At most one frame each 16 ms is drawn for news.
        let rest = begin + .milliseconds(16)
        while clock.now < min(rest, due) { usleep(200) }
      }
      let key = presses[(number + 60) % presses.count]
      core.handle(.key(key.press))
      core.readInbox()
      core.tick()
      perform()
      _ = core.render()
      if number >= 0 { keys.append((key.name, clock.now - due)) }
    }
    return (keys, frames)
  }
}
