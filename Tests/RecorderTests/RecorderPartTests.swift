import JSONBytes
import KubernetesClient
import Recorder
import Synchronization
import Testing
import TimeFormat

@Suite("Services of the recorder", .timeLimit(.minutes(3))) struct RecorderPartTests {
  private let clock = TestClock()

  private struct Broken: Error, CustomStringConvertible { var description: String { "it broke" } }

  @Test("a service that fails is run again after 1, 2, 4 s, and says why meanwhile")
  func backsOff() async throws {
    let states = ServiceStates(now: clock.now)
    let isMended = Mutex(false)
    let (runs, run) = AsyncStream<Void>.makeStream()
    let part = RecorderPart("feed", of: "prod", states: states, pause: clock.pause) { _ in
      guard isMended.withLock({ $0 }) else { throw Broken() }
      run.yield()
    }
    let task = Task { try await part.run() }
    for wait in [1, 2, 4] {
      #expect(try await clock.paused() == .seconds(wait))
      #expect(states.all.map(\.state) == [.failed])
      #expect(states.all.first?.reason?.hasPrefix("it broke; trying again in \(wait)") == true)
      if wait == 4 { isMended.withLock { $0 = true } }
      clock.goOn()
    }
    for await _ in runs { break }
    #expect(states.all.map(\.state) == [.running])
    #expect(states.all.first?.failures == 3)
    task.cancel()
    try await task.value
  }

  @Test("a service that has nothing to do says so and stays")
  func off() async throws {
    let states = ServiceStates(now: clock.now)
    let part = RecorderPart("logs", of: "prod", states: states, pause: clock.pause) { _ in throw RecorderPart.Off("they stay there") }
    let task = Task { try await part.run() }
    while states.all.first?.state != .off { await Task.yield() }
    #expect(states.all.first?.reason == "they stay there")
    task.cancel()
    try await task.value
  }

  @Test("what a service tells can be sent and read")
  func json() throws {
    let status = ServiceStatus(
      name: "logs", cluster: "prod", state: .waiting, since: clock.now(), reason: "it is not known yet where the API is", failures: 2)
    #expect(ServiceStatus(status.json) == status)
    #expect(ServiceStatus(["name": "logs"]) == nil)
  }

  @Test("two clusters of one name are refused in a sentence")
  func names() throws {
    func cluster(_ name: String) -> RecorderConfiguration.Cluster { .init(name: name, connect: { throw CancellationError() }) }
    let error = #expect(throws: RecorderError.self) { try RecorderConfiguration(clusters: ["a", "b", "a"].map(cluster)) }
    #expect(
      error?.description
        == "expected clusters of different names, but two are named a; rename one with: kubectl config rename-context")
    #expect(try RecorderConfiguration(clusters: ["a", "b"].map(cluster)).clusters.count == 2)
  }
}
