import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import TelemetryModel
import Testing
import TimeFormat

@Suite("What the recorder removes", .timeLimit(.minutes(3))) struct RetentionPartTests {
  private let folder: Folder
  private let clock = TestClock()

  init() throws { folder = try Folder() }

  private func append(_ numbers: Range<Int>, to writer: StoreWriter) throws {
    let origin = LogOrigin(cluster: "c", namespace: "n", pod: "p", podUID: "u", container: "k")
    let records = numbers.map { LogLineReader().read(Array(#"{"logMessage":"m\#($0)"}"#.utf8), origin: origin, readAt: clock.now()) }
    try writer.append(StoreBatch(records: records))
  }

  private func messages() async throws -> [String] {
    try await StoreReader(directory: folder.store).records(matching: LogQuery(limit: 1000)).records.map(\.message)
  }

  @Test("it looks each minute, and what was stored 14 days ago goes")
  func age() async throws {
    let writer = try StoreWriter(directory: folder.store, now: clock.now())
    try append(0..<10, to: writer)
    let part = RecorderPart(
      "retention", states: ServiceStates(now: clock.now), pause: clock.pause,
      RetentionPart(store: writer, retention: .standard, now: clock.now, pause: clock.pause).run)
    let task = Task { try await part.run() }
    #expect(try await clock.paused() == .seconds(60))
    try append(10..<12, to: writer)
    clock.advance(.seconds(14 * 86_400 - 1))
    clock.goOn()
    #expect(try await clock.paused() == .seconds(60))
    #expect(try await messages().count == 12)
    clock.advance(.seconds(1))
    clock.goOn()
    #expect(try await clock.paused() == .seconds(60))
    #expect(try await messages() == ["m10", "m11"])
    task.cancel()
    try await task.value
  }

  @Test("a recorder that is asked to prune removes the oldest and answers how many")
  func asked() async throws {
    let home = Home(path: folder.path)
    do {
      let writer = try StoreWriter(directory: home.store, now: clock.now())
      try append(0..<100, to: writer)
    }
    let recorder = RecorderService(
      home: home, configuration: try RecorderConfiguration(clusters: []), plan: { nil }, now: clock.now)
    let (stops, stop) = AsyncStream<Void>.makeStream()
    let running = Task { try await recorder.run { for await _ in stops { break } } }
    _ = await FolderWatch.wait(in: home.run, within: .seconds(20)) { Files.exists(home.socket("recorder")) }
    let client = ControlClient(socket: home.socket("recorder"))
    let limits: [(bytes: Int64, removed: Int64)] = [(1 << 40, 0), (1, 99)]
    for (bytes, expected) in limits {
      var removed: Int64 = 0
      try await client.run("prune", ["ageSeconds": .int(14 * 86_400), "bytes": .int(bytes)]) { line in
        #expect(line["error"] == nil)
        removed += line["removed"]?.intValue ?? 0
      }
      #expect(removed == expected)
    }
    // The newest stays: the order of storing goes on from it.
    #expect(try await messages() == ["m99"])
    stop.finish()
    try await running.value
  }
}
