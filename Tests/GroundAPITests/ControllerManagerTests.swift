import GroundAPI
import GroundControllers
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

@Suite("Controllers and lost events") struct ControllerManagerTests {
  /// A burst that its watch does not hold must not leave the controllers asleep until the next resync.
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
    let manager = ControllerManager(store: store, controllers: [controller])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await manager.run() }
      for index in 0..<2000 { try store.create(.configMaps, SampleObjects.of(.configMaps, "burst-\(index)"), by: "test") }
      var names = seen.makeAsyncIterator()
      while let name = await names.next(), name != "burst-1999" {}
      let began = ContinuousClock.now
      try store.create(.configMaps, SampleObjects.of(.configMaps, "last"), by: "test")
      while let name = await names.next(), name != "last" {}
      #expect(ContinuousClock.now - began < .seconds(10))
      group.cancelAll()
    }
  }
}
