import ClusterFeed
import ClusterModel
import Foundation
import JSONBytes
import KubernetesClient
import Synchronization
import Testing
import TimeFormat

@Suite(.timeLimit(.minutes(3))) struct WatchedClusterTests {
  /// Runs a feed of pods and nodes on the fake server.
  private func withFeed(
    _ server: FakeServer, silence: ServerSilence = ServerSilence(),
    _ body: @escaping @Sendable (WatchedCluster, KubernetesAPI) async throws -> Void
  ) async throws {
    try await server.run { api in
      let feed = WatchedCluster(api: api, cluster: "fake", resources: [.pods, .nodes], silence: silence)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await feed.run() }
        try await body(feed, api)
        group.cancelAll()
      }
    }
  }

  /// Waits until a snapshot is as wanted.
  private func until(_ feed: WatchedCluster, _ isThere: (ClusterSnapshot) -> Bool) async {
    for await snapshot in feed.snapshots() where isThere(snapshot) { return }
  }

  @Test func followsAndSurvivesWhatServersDo() async throws {
    let server = FakeServer()
    for name in ["a", "b", "c", "d", "e"] { server.put(name) }
    try await withFeed(server) { feed, _ in
      let deltas = feed.deltas()
      await self.until(feed) { snapshot in
        guard case .live = snapshot.connection else { return false }
        return snapshot.pods.map(\.name) == ["a", "b", "c", "d", "e"]
      }
      server.put("f")
      server.remove("a")
      await self.until(feed) { $0.pods.map(\.name) == ["b", "c", "d", "e", "f"] }
      // The server ends the watch; it goes on where it stood, without a new list.
      let lists = server.state.withLock { $0.requests.filter { $0.contains("pods") && !$0.contains("watch=1") }.count }
      server.breakWatches()
      server.put("g")
      await self.until(feed) { $0.pods.map(\.name).contains("g") }
      #expect(server.state.withLock { $0.requests.filter { $0.contains("pods") && !$0.contains("watch=1") }.count } == lists)
      // What cannot be read is counted and does not end the watch.
      server.say("{\"type\":\"ADDED\",\"object\":")
      server.put("h")
      await self.until(feed) { $0.pods.map(\.name).contains("h") }
      #expect(feed.status().unreadable == 1)
      // Compacted meanwhile: 410 in the stream, a new list.
      server.compact()
      server.say(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#)
      server.remove("b")
      server.put("i")
      await self.until(feed) { $0.pods.map(\.name) == ["c", "d", "e", "f", "g", "h", "i"] }
      // The kind that the server lacks is no error of the connection.
      guard case .unavailable? = feed.status().kinds.first(where: { $0.resource == .nodes })?.state else {
        Issue.record("nodes should be unavailable")
        return
      }
      guard case .live = feed.current().connection else {
        Issue.record("should be live, is \(feed.current().connection)")
        return
      }
      var kinds: [String] = []
      for await delta in deltas {
        switch delta.change {
        case .relist(let objects): kinds.append("list \(objects.count)")
        case .added(.pod(let pod)): kinds.append("+\(pod.name)")
        case .deleted(.pod(let pod)): kinds.append("-\(pod.name)")
        default: break
        }
        if kinds.last == "list 7" || kinds.last == "+i" { break }
      }
      #expect(kinds.first == "+f" || kinds.first == "list 5")
    }
    let first = try #require(server.state.withLock { $0.requests.filter { $0.contains("continue=") }.first })
    #expect(first.contains("continue=2"))
    #expect(server.state.withLock { $0.tokens } == ["Bearer secret"])
  }

  @Test func anErrorIsStaleAndHealsByItself() async throws {
    let server = FakeServer()
    server.put("a")
    server.state.withLock { $0.refusals = 3 }
    try await withFeed(server) { feed, _ in
      await self.until(feed) { snapshot in
        guard case .stale(_, let reason, let retry) = snapshot.connection else { return false }
        return reason.contains("overloaded") && retry != nil
      }
      await self.until(feed) { snapshot in
        guard case .live = snapshot.connection else { return false }
        return snapshot.pods.count == 1
      }
    }
  }

  /// A watch of a stopped server stays open and says nothing, like that of a calm one.
  @Test func aServerThatWasStoppedIsStaleSinceItsLastAnswer() async throws {
    let server = FakeServer()
    server.put("a")
    try await withFeed(server, silence: ServerSilence(asksAfter: .milliseconds(20), limit: .seconds(2))) { feed, _ in
      func isLive(_ snapshot: ClusterSnapshot) -> Bool { if case .live = snapshot.connection { snapshot.pods.count == 1 } else { false } }
      await self.until(feed, isLive)
      // Nothing changes, and it goes on answering.
      var count = 0
      for await _ in feed.answers() {
        count += 1
        if count == 30 { break }
      }
      #expect(isLive(feed.current()))
      server.stop()
      await self.until(feed) { snapshot in
        guard case .stale(let since, let reason, _) = snapshot.connection else { return false }
        return reason.hasSuffix("does not answer") && since == snapshot.answered
      }
      let lists = server.state.withLock { $0.requests.count { $0.contains("pods") } }
      server.goOn()
      await self.until(feed, isLive)
      // Its watch was never lost.
      #expect(server.state.withLock { $0.requests.count { $0.contains("pods") } } == lists)
    }
  }

  /// Told before since the last change of the kind whose watch broke: with a quiet cluster up to a minute too long.
  @Test func aServerThatIsLostIsStaleSinceItsLastAnswer() async throws {
    let server = FakeServer()
    server.put("a")
    try await withFeed(server, silence: ServerSilence(asksAfter: .milliseconds(20), limit: .seconds(60))) { feed, _ in
      await self.until(feed) { snapshot in
        if case .live = snapshot.connection { snapshot.pods.count == 1 } else { false }
      }
      var answers: [Timestamp] = []
      for await answer in feed.answers() {
        answers.append(answer)
        if answers.count == 30 { break }
      }
      let last = try #require(answers.last)
      server.state.withLock { $0.refusals = 1_000_000 }
      server.breakWatches()
      await self.until(feed) { snapshot in
        guard case .stale(let since, _, _) = snapshot.connection else { return false }
        #expect(since >= last, "\(last - since) too early")
        return true
      }
    }
  }

  @Test func silenceIsMeasuredFromTheLastAnswer() {
    let (start, moment) = (ContinuousClock.now, Timestamp(seconds: 1000))
    var silence = ServerSilence()
    #expect(!silence.isQuiet(start) && !silence.isStale(start))
    silence.heard(at: moment, start)
    #expect(!silence.isQuiet(start + .seconds(1)) && silence.isQuiet(start + .seconds(2)))
    #expect(!silence.isStale(start + .milliseconds(9999)) && silence.isStale(start + .seconds(10)))
    #expect(silence.answered == moment)
  }

  /// Who yields holds the feed's lock and waits for that of the reading task; who cancels that task must not wait for the feed's.
  @Test func aReaderThatIsCancelledNeverStopsTheFeed() async throws {
    let server = FakeServer()
    server.put("a")
    try await withFeed(server) { feed, _ in
      await self.until(feed) { !$0.pods.isEmpty }
      let changes = Task {
        var count = 0
        while !Task.isCancelled {
          count += 1
          server.put("p\(count % 20)")
          await Task.yield()
        }
      }
      for _ in 0..<20 {
        // Many, so that each change keeps the lock for a while.
        let readers = (0..<300).map { _ in Task { for await _ in feed.deltas() {} } }
        for await _ in feed.deltas() { break }
        for reader in readers { reader.cancel() }
        for reader in readers { await reader.value }
      }
      changes.cancel()
      await changes.value
      server.put("last")
      await self.until(feed) { $0.pods.contains { $0.name == "last" } }
    }
  }

  @Test func nobodyThere() async throws {
    let context = KubeContext(name: "gone", cluster: KubeCluster(server: "http://127.0.0.1:1"))
    let api = KubernetesAPI(context: context)
    let error = await #expect(throws: KubernetesError.self) { try await api.version() }
    #expect(error?.kind == .unreachable)
    #expect(error?.message == "nothing listens at http://127.0.0.1:1")
    await api.shutdown()
  }

  @Test func errorsCarryTheServersWords() async throws {
    try await FakeServer().run { api in
      let error = await #expect(throws: KubernetesError.self) { try await api.get("/api/v1/namespaces/n/pods/absent") }
      #expect(error?.kind == .notFound && error?.message == "the server could not find it")
    }
  }

  /// What is recorded is what the feed itself hears, in its order.
  @Test func aTapHearsWhatTheFeedHears() async throws {
    let server = FakeServer()
    for name in ["a", "b", "c"] { server.put(name) }
    let tap = HeardByTap()
    try await server.run { api in
      let feed = WatchedCluster(api: api, cluster: "fake", resources: [.pods, .nodes], tap: tap)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await feed.run() }
        await self.until(feed) { $0.pods.count == 3 }
        server.put("d")
        await self.until(feed) { $0.pods.count == 4 }
        server.compact()
        server.say(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#)
        server.remove("b")
        await self.until(feed) { $0.pods.map(\.name) == ["a", "c", "d"] }
        group.cancelAll()
      }
    }
    // Pages of two; what cannot be listed is no list.
    #expect(tap.heard.withLock { $0 } == ["page first", "page", "listed", "ADDED", "ERROR", "page first", "page", "listed"])
  }

  @Test func execPluginsAreRun() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("exec-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("login")
    let text = """
      #!/bin/sh
      case "$KUBERNETES_EXEC_INFO" in *ExecCredential*server*) ;; *) exit 1;; esac
      echo run >> "$COUNT"
      echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$1'"}}'
      """
    try Data(text.utf8).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    let server = FakeServer()
    try await server.runRaw { port in
      var context = KubeContext(name: "exec", cluster: KubeCluster(server: "http://127.0.0.1:\(port)"))
      var plugin = ExecPlugin(command: script.path)
      plugin.arguments = ["from-plugin"]
      plugin.environment = ["COUNT": folder.appendingPathComponent("count").path]
      plugin.providesClusterInfo = true
      context.user.exec = plugin
      let api = KubernetesAPI(context: context)
      for _ in 0..<2 {
        // On a busy machine the shell takes its time: what asks meanwhile is told so, and the plugin goes on.
        while true {
          do {
            _ = try await api.listAll("/api/v1/pods")
            break
          } catch let error as KubernetesError where error.message.contains("has not answered yet") { continue }
        }
      }
      await api.shutdown()
    }
    #expect(server.state.withLock { $0.tokens } == ["Bearer from-plugin"])
    #expect(try String(contentsOf: folder.appendingPathComponent("count"), encoding: .utf8) == "run\n")
  }
}

private final class HeardByTap: FeedTap {
  let heard = Mutex<[String]>([])

  func page(_ resource: ClusterResource, _ bytes: [UInt8], isFirst: Bool) {
    heard.withLock { $0.append(isFirst ? "page first" : "page") }
  }
  func listed(_ resource: ClusterResource, at: Timestamp) { heard.withLock { $0.append("listed") } }
  func line(_ resource: ClusterResource, _ bytes: [UInt8], at: Timestamp) {
    let type = (try? JSONValue(parsing: bytes))?["type"]?.stringValue
    heard.withLock { $0.append(type ?? "?") }
  }
}
