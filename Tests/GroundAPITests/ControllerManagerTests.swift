import GroundAPI
import GroundControllers
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

@Suite("Controllers and lost events") struct ControllerManagerTests {
  /// A burst that its watch does not hold must not leave the controllers asleep until the next resync, which is a day away.
  @Test(.timeLimit(.minutes(3))) func itWakesAfterEventsWereLost() async throws {
    let clock = TestClock()
    let store = try ObjectStore(path: nil, now: clock.now, watchBacklog: 1)
    let (seen, sight) = AsyncStream.makeStream(of: String.self)
    let controller = Controller(
      name: "observer", of: .configMaps, concerned: { _, _ in [] },
      reconcile: { object, _, _ in
        sight.yield(object.name)
        return Outcome()
      })
    let manager = ControllerManager(store: store, controllers: [controller], resync: .seconds(86_400))
    let executor = HeldExecutor()
    try store.create(.configMaps, SampleObjects.of(.configMaps, "first"), by: "test")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await withTaskExecutorPreference(executor) { try await manager.run() } }
      var names = seen.makeAsyncIterator()
      // The watch is opened before anything is looked at.
      while let name = await names.next(), name != "first" {}
      do {
        // Nobody reads the watch: of three events one is handed over and one is kept.
        await executor.hold()
        defer { executor.letGo() }
        #expect(store.watchesThatLostEvents == 0)
        for index in 0..<3 { try store.create(.configMaps, SampleObjects.of(.configMaps, "burst-\(index)"), by: "test") }
        #expect(store.watchesThatLostEvents == 1, "no event was lost: the rest of this test shows nothing")
      }
      while let name = await names.next(), name != "burst-2" {}
      try store.create(.configMaps, SampleObjects.of(.configMaps, "last"), by: "test")
      while let name = await names.next(), name != "last" {}
      group.cancelAll()
    }
  }
}
