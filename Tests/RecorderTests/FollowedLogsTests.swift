import KubernetesClient
import RecordStore
import Recorder
import TelemetryModel
import Testing
import TimeFormat

@Suite("Logs over the API", .timeLimit(.minutes(3))) struct FollowedLogsTests {
  private let folder: Folder
  private let clock = TestClock()
  private let server = FakeLogServer()

  init() throws { folder = try Folder() }

  /// Collects while the body runs. Waits for a moment are over at once; back-offs last until the test ends them.
  private func collecting(limit: Int = FollowedLogs.limit, _ body: () async throws -> Void) async throws {
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    let logs = FollowedLogs(
      cluster: server, read: server.read, store: store, limit: limit, now: clock.now,
      pause: { [clock] time in
        if time < .seconds(1) { return await Task.yield() }
        // The heartbeat.
        if time == .seconds(5) {
          let (never, end) = AsyncStream<Void>.makeStream()
          for await _ in never {}
          end.finish()
          throw CancellationError()
        }
        try await clock.pause(time)
      })
    let task = Task { _ = try? await logs.run() }
    do { try await body() } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    await task.value
  }

  /// Collects from a container whose first line has been read and whose log is followed.
  private func following(_ body: () async throws -> Void) async throws {
    server.start("orders")
    server.write("one", at: "11.1")
    try await collecting {
      try await until(["0 one"])
      await until { server.followed == 1 }
      try await body()
    }
  }

  private var reader: StoreReader { StoreReader(directory: folder.store) }

  private func texts() async throws -> [String] {
    try await reader.records(matching: LogQuery()).records.map { "\($0.origin.restart) \($0.message)" }
  }

  private func until(_ wanted: [String]) async throws {
    while try await texts() != wanted { await Task.yield() }
  }

  private func until(_ isThere: () -> Bool) async { while !isThere() { await Task.yield() } }

  private func source() async -> SourceStatus? { await reader.completeness().first { $0.name == "logs" && $0.cluster == "prod" } }

  private func untilMissed(_ count: Int64) async { while await source()?.dropped != count { await Task.yield() } }

  @Test("a cut connection goes on at the last second: nothing is lost and nothing comes twice")
  func resumes() async throws {
    server.start("orders")
    server.write("one", at: "11.1")
    server.write("two", at: "12.5")
    try await collecting {
      try await until(["0 one", "0 two"])
      await until { server.followed == 1 }
      server.cut()
      #expect(try await clock.paused() == .seconds(1))
      // Of the time of the line that was read last, and equal to it.
      server.write("two", at: "12.5")
      server.write("three", at: "12.5")
      clock.goOn()
      try await until(["0 one", "0 two", "0 two", "0 three"])
      #expect(server.requests.last?.since == Timestamp(rfc3339: "2018-01-22T14:04:11Z"))
    }
    let source = try #require(await source())
    #expect(source.recordsIn == 4 && source.dropped == 0)
  }

  @Test("the next recorder goes on where the one before ended")
  func restarts() async throws {
    server.start("orders")
    server.write("one", at: "11.1")
    try await collecting { try await until(["0 one"]) }
    server.write("two", at: "11.1")
    try await collecting { try await until(["0 one", "0 two"]) }
    #expect(await source()?.dropped == 0)
  }

  @Test("a container that restarts is read to its end, then its next run")
  func containerRestarts() async throws {
    try await following {
      // The connection is lost, and the run ends with lines that nobody has seen.
      server.cut()
      try await clock.paused()
      server.setWatch(behind: true)
      server.write("last words", at: "13.7")
      server.end()
      server.restart()
      server.write("again", at: "14.1")
      server.setWatch(behind: false)
      try await until(["0 one", "0 last words", "1 again"])
      #expect(server.requests.contains { $0.previous && $0.since == Timestamp(rfc3339: "2018-01-22T14:04:10Z") })
    }
    #expect(await source()?.dropped == 0)
  }

  @Test("of a container that restarted before anybody looked the run before is read too")
  func previous() async throws {
    server.start("orders")
    for run in 0..<3 {
      server.write("run", at: "1\(run).1")
      server.end()
      server.restart()
    }
    server.write("now", at: "20.1")
    try await collecting { try await until(["2 run", "3 now"]) }
    let source = try #require(await source())
    #expect(source.dropReason?.contains("runs before run 2 of shop/orders main") == true)
    #expect(source.dropped == 0)
  }

  @Test("a restart that the watch has not told yet is not taken for the run before")
  func watchBehind() async throws {
    try await following {
      server.setWatch(behind: true)
      server.end()
      server.restart()
      server.write("again", at: "14.1")
      try await clock.paused()
      clock.goOn()
      // The log begins with what was not read before: it waits for the watch.
      try await clock.paused()
      #expect(try await texts() == ["0 one"])
      server.setWatch(behind: false)
      try await until(["0 one", "1 again"])
    }
    #expect(await source()?.dropped == 0)
  }

  @Test("the last lines of a pod that is deleted while it is followed are read to the end")
  func deleted() async throws {
    try await following {
      server.delete()
      try await until(["0 one"])
      #expect(server.followed == 1)
    }
    server.start("orders", uid: "second")
    try await collecting {
      await until { server.followed == 1 }
      server.write("bye", at: "15.2")
      server.end()
      server.delete()
      try await until(["0 one", "0 bye"])
    }
  }

  @Test("a pod that goes while its connection is cut: its last lines are said to be missing")
  func gone() async throws {
    try await following {
      server.cut()
      try await clock.paused()
      server.delete()
      await untilMissed(1)
    }
    #expect(await source()?.dropReason == "the last lines of shop/orders main: its pod was gone before they could be read")
  }

  @Test("a pod of the same name is another pod")
  func replaced() async throws {
    try await following {
      server.end()
      try await clock.paused()
      server.start("orders", uid: "second")
      server.write("other", at: "16.1")
      try await until(["0 one", "0 other"])
    }
    #expect(try await reader.records(matching: LogQuery()).records.map(\.origin.podUID) == ["uid-orders", "second"])
    #expect(await source()?.dropped == 0)
  }

  @Test("pods that went while nobody collected are told, once")
  func wentMeanwhile() async throws {
    server.start("orders")
    server.write("one", at: "11.1")
    try await collecting { try await until(["0 one"]) }
    server.delete()
    server.start("billing")
    for _ in 0..<2 {
      try await collecting {
        await until { server.followed == 1 }
        await untilMissed(1)
      }
    }
    #expect(await source()?.dropped == 1)
    #expect(await source()?.dropReason?.contains("its pod went while nobody collected") == true)
  }

  @Test("a log that was rotated while the connection was cut: the gap is told")
  func rotated() async throws {
    try await following {
      server.cut()
      try await clock.paused()
      server.rotate()
      server.write("two", at: "20.1")
      clock.goOn()
      // It might be another run's: it waits a moment for the watch.
      try await clock.paused()
      clock.goOn()
      try await until(["0 one", "0 two"])
      await untilMissed(1)
    }
    #expect(await source()?.dropReason?.contains("before 2018-01-22T14:04:20.100Z") == true)
  }

  @Test("a server that fails is asked again after 1, 2, 4 s; the source says why until it answers")
  func backsOff() async throws {
    server.fail(
      KubernetesError(.serverError, "overloaded", status: 503), KubernetesError(.unreachable, "connection refused"),
      KubernetesError(.notFound, "not yet", status: 404))
    server.start("orders")
    server.write("one", at: "11.1")
    try await collecting {
      for wait in [1, 2, 4] {
        #expect(try await clock.paused() == .seconds(wait))
        clock.goOn()
      }
      try await until(["0 one"])
    }
  }

  @Test("a server that has forgotten the time sends the log from its start, and no line comes twice")
  func expired() async throws {
    server.start("orders")
    for second in 11...30 { server.write("n\(second)", at: "\(second).1") }
    let first = (11...30).map { "0 n\($0)" }
    try await collecting {
      try await until(first)
      await until { server.followed == 1 }
      server.fail(KubernetesError(.gone, "too old", status: 410))
      server.cut()
      for _ in 0..<2 {
        try await clock.paused()
        clock.goOn()
      }
      server.write("later", at: "31.1")
      try await until(first + ["0 later"])
      #expect(server.requests.last?.since == nil)
    }
  }

  @Test("no more containers are followed than the limit, and the source says so")
  func limited() async throws {
    for pod in ["a", "b", "c"] { server.start(pod) }
    try await collecting(limit: 2) {
      await until { server.followed == 2 }
      await untilMissed(1)
      #expect(
        await source()?.dropReason == "1 containers are not followed, among them shop/c main: at most 2 of a cluster are, over its API")
      // One ends: the next has its place.
      server.write("bye", at: "11.1", pod: "a")
      server.end("a")
      try await clock.paused()
      server.write("hello", at: "12.1", pod: "c")
      try await until(["0 bye", "0 hello"])
    }
  }
}
