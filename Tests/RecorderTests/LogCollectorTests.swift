import Glibc
import Ingest
import RecordStore
import Recorder
import StateDirectory
import Synchronization
import TelemetryModel
import Testing
import TimeFormat

/// A look at everything each time the test's clock goes on.
private struct PausedChanges: PodLogChanges {
  let clock: TestClock
  func take() -> Set<String>? { nil }
  func wait() async throws { try await clock.pause(PodLogWatch.interval) }
}

@Suite("Log collector", .timeLimit(.minutes(3))) struct LogCollectorTests {
  private let folder: Folder
  private let clock = TestClock()
  private let progress = CollectionProgress()

  init() throws { folder = try Folder() }

  private func collector(_ store: StoreWriter) -> LogCollector {
    LogCollector(
      root: folder.logs, cluster: "ground", store: store, progress: progress, changes: PausedChanges(clock: clock), now: clock.now,
      pause: clock.pause,
      remove: { try Files.remove($0) })
  }

  /// One run over what is there now.
  private func collectOnce() async throws {
    try await collector(StoreWriter(directory: folder.store, now: clock.now())).run { true }
  }

  private func messages() async throws -> [String] {
    try await StoreReader(directory: folder.store).records(matching: LogQuery()).records.map(\.message)
  }

  @Test("a stopped collector takes what is there first, and the next one goes on where it ended")
  func catchesUp() async throws {
    try folder.log(#"{"logMessage":"one"}"#)
    try folder.log(#"{"logMessage":"two"}"#)
    try await collectOnce()
    #expect(try await messages() == ["one", "two"])
    // Written while nobody collected, also by a pod that nobody has seen.
    clock.advance(.seconds(60))
    try folder.log(#"{"logMessage":"three"}"#, at: clock.now())
    try folder.log(#"{"logMessage":"four"}"#, pod: "billing-1", at: clock.now() + .seconds(1))
    try await collectOnce()
    #expect(try await messages() == ["one", "two", "three", "four"])
    let source = await StoreReader(directory: folder.store).completeness().first { $0.name == "logs" }
    #expect(source?.recordsIn == 4)
    #expect(source?.currentAt == clock.now())
  }

  @Test("who waits for the moment of its question finds what was written before")
  func progressFollows() async throws {
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    let isStopping = Mutex(false)
    let task = Task { [collector = collector(store)] in try await collector.run { isStopping.withLock { $0 } } }
    try await clock.paused()
    #expect(await progress.wait(until: clock.now()) == clock.now())
    clock.advance(.seconds(3))
    try folder.log(#"{"logMessage":"late"}"#)
    async let reached = progress.wait(until: clock.now())
    clock.goOn()
    try await clock.paused()
    #expect(await reached == clock.now())
    #expect(try await messages() == ["late"])
    isStopping.withLock { $0 = true }
    clock.goOn()
    try await task.value
  }

  @Test("the folder of an ended pod goes once all of it is stored")
  func removes() async throws {
    try folder.log(#"{"logMessage":"last"}"#)
    let pod = "\(folder.logs)/shop_orders-1_uid-orders-1"
    try Files.write("", to: "\(pod)/.ended")
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    let isStopping = Mutex(false)
    let task = Task { [collector = collector(store)] in try await collector.run { isStopping.withLock { $0 } } }
    for _ in 0..<2 {
      try await clock.paused()
      clock.goOn()
    }
    try await clock.paused()
    #expect(!Files.exists(pod))
    #expect(try await messages() == ["last"])
    isStopping.withLock { $0 = true }
    clock.goOn()
    try await task.value
  }

  @Test("an old file that rotation put away goes once it is stored, and so does its position")
  func rotated() async throws {
    let container = "\(folder.logs)/shop_orders-1_uid-orders-1/orders"
    for number in 10..<16 {
      try folder.log(#"{"logMessage":"\#(number)"}"#, at: TestClock.start + .seconds(number))
      try Files.write(try #require(Files.text("\(container)/0.log")), to: "\(container)/0.log.20180122-1404\(number)")
      try Files.remove("\(container)/0.log")
    }
    try folder.log(#"{"logMessage":"now"}"#, at: TestClock.start + .seconds(20))
    let store = try StoreWriter(directory: folder.store, now: clock.now())
    let isStopping = Mutex(false)
    let task = Task { [collector = collector(store)] in try await collector.run { isStopping.withLock { $0 } } }
    for _ in 0..<2 {
      try await clock.paused()
      clock.goOn()
    }
    try await clock.paused()
    // The newest four and the one that is written.
    let left = Files.names(in: container)
    #expect(left.count == 5 && !left.contains("0.log.20180122-140410"))
    #expect(try store.positions().map(\.name).sorted() == left.sorted())
    #expect(try await messages() == ["10", "11", "12", "13", "14", "15", "now"])
    isStopping.withLock { $0 = true }
    clock.goOn()
    try await task.value
  }

  @Test("what could not be removed is not forgotten: it is not read again")
  func removalFails() async throws {
    try folder.log(#"{"logMessage":"last"}"#)
    try Files.write("", to: "\(folder.logs)/shop_orders-1_uid-orders-1/.ended")
    for _ in 0..<2 {
      let store = try StoreWriter(directory: folder.store, now: clock.now())
      let isStopping = Mutex(false)
      let collector = LogCollector(
        root: folder.logs, cluster: "ground", store: store, progress: progress, changes: PausedChanges(clock: clock), now: clock.now,
        pause: clock.pause, remove: { path in throw SystemError("remove", path, code: EBUSY) })
      let task = Task { [collector] in try await collector.run { isStopping.withLock { $0 } } }
      for _ in 0..<2 {
        try await clock.paused()
        clock.goOn()
      }
      try await clock.paused()
      #expect(try store.positions().map(\.name) == ["0.log"])
      #expect(try await messages() == ["last"])
      isStopping.withLock { $0 = true }
      clock.goOn()
      try await task.value
    }
  }

  @Test("a store that takes nothing stops the reading, says so, and loses nothing")
  func fullDisk() async throws {
    let small = try StoreWriter(directory: folder.store, now: clock.now(), maximumPages: 40)
    let long = String(repeating: "x", count: 9000)
    for number in 0..<40 { try folder.log(#"{"logMessage":"\#(number)","pad":"\#(long)"}"#) }
    let task = Task { [collector = collector(small)] in try await collector.run { false } }
    #expect(try await clock.paused() == .milliseconds(200))
    clock.goOn()
    #expect(try await clock.paused() == .milliseconds(400))
    #expect(try await messages().isEmpty)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
