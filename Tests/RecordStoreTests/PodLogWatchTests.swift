import Ingest
import TelemetryModel
import Testing
import TimeFormat

@Suite("Watch of pods' log folders", .timeLimit(.minutes(3)))
struct PodLogWatchTests {
  private let fixture = StoreFixture()
  private var root: String { "\(fixture.directory)/pods" }

  /// So long that only what is told wakes anybody.
  private func watch() -> PodLogWatch { PodLogWatch(root: root, interval: .seconds(3600)) }

  /// Waits until these pods were told of, or everything.
  private func told(_ watch: PodLogWatch, _ wanted: Set<String>) async throws -> Bool {
    var told: Set<String> = []
    while !told.isSuperset(of: wanted) {
      try await watch.wait()
      guard let taken = watch.take() else { return false }
      told.formUnion(taken)
    }
    return true
  }

  @Test("a line that is written wakes, and names its pod only")
  func lines() async throws {
    fixture.append("one\n", "pods/shop_a_u1/app/0.log")
    fixture.append("one\n", "pods/shop_b_u2/app/0.log")
    let watch = watch()
    #expect(watch.take() == nil, "the first look is at everything")
    #expect(watch.take() == [])
    fixture.append("two\n", "pods/shop_b_u2/app/0.log")
    // Taken at once: what was written before is in it, whether somebody was woken or not.
    #expect(watch.take() == ["shop_b_u2"])
    #expect(watch.take() == [])
    fixture.append("three\n", "pods/shop_a_u1/app/0.log")
    #expect(try await told(watch, ["shop_a_u1"]))
  }

  @Test("folders and files that come, move and go are told, and what is written in new ones")
  func folders() async throws {
    fixture.append("one\n", "pods/shop_a_u1/app/0.log")
    let watch = watch()
    _ = watch.take()
    fixture.append("one\n", "pods/shop_b_u2/app/0.log")
    #expect(watch.take() == ["shop_b_u2"])
    fixture.append("two\n", "pods/shop_b_u2/app/0.log")
    #expect(watch.take() == ["shop_b_u2"])
    fixture.append("one\n", "pods/shop_b_u2/sidecar/0.log")
    #expect(watch.take() == ["shop_b_u2"])
    fixture.append("two\n", "pods/shop_b_u2/sidecar/0.log")
    #expect(watch.take() == ["shop_b_u2"])
    fixture.move("pods/shop_a_u1/app/0.log", "pods/shop_a_u1/app/0.log.20180122-140411")
    #expect(watch.take() == ["shop_a_u1"])
    fixture.append("", "pods/shop_a_u1/.ended")
    #expect(watch.take() == ["shop_a_u1"])
    fixture.remove("pods/shop_a_u1")
    #expect(watch.take() == ["shop_a_u1"])
    // The same name again is another folder.
    fixture.append("one\n", "pods/shop_a_u1/app/0.log")
    #expect(watch.take() == ["shop_a_u1"])
    fixture.append("two\n", "pods/shop_a_u1/app/0.log")
    #expect(watch.take() == ["shop_a_u1"])
  }

  @Test("a root that comes later is found, and one that goes is looked for again")
  func comesAndGoes() {
    let watch = watch()
    #expect(watch.take() == nil)
    #expect(watch.take() == nil, "without a root everything is looked at each time")
    fixture.append("one\n", "pods/shop_a_u1/app/0.log")
    #expect(watch.take() == nil)
    #expect(watch.take() == [])
    fixture.remove("pods")
    #expect(watch.take() == nil)
    fixture.append("one\n", "pods/shop_a_u1/app/0.log")
    #expect(watch.take() == nil)
    fixture.append("two\n", "pods/shop_a_u1/app/0.log")
    #expect(watch.take() == ["shop_a_u1"])
  }

  @Test("when more happened than was kept, everything is looked at")
  func overflow() throws {
    for pod in 0..<2 { fixture.append("one\n", "pods/shop_p\(pod)_u\(pod)/app/0.log") }
    let watch = watch()
    _ = watch.take()
    // The kernel keeps 16,384 events (fs.inotify.max_queued_events); equal ones after each other count once.
    for round in 0..<20_000 { fixture.append("x", "pods/shop_p\(round % 2)_u\(round % 2)/app/0.log") }
    #expect(watch.take() == nil)
    fixture.append("x", "pods/shop_p1_u1/app/0.log")
    #expect(watch.take() == ["shop_p1_u1"])
  }

  @Test("who is asked looks at everything now; an idle watch does when its time has come")
  func asked() async throws {
    fixture.append("one\n", "pods/shop_a_u1/app/0.log")
    let watch = watch()
    _ = watch.take()
    watch.wake()
    try await watch.wait()
    #expect(watch.take() == nil)
    #expect(watch.take() == [])
    let short = PodLogWatch(root: root, interval: .zero)
    _ = short.take()
    try await short.wait()
    #expect(short.take() == nil)
  }

  @Test("a tailer told of changes reads those pods only")
  func tailer() {
    let now = fixture.now
    fixture.append("2018-01-22T14:04:11.000000000Z stdout F one\n", "pods/shop_a_u1/app/0.log")
    fixture.append("2018-01-22T14:04:11.000000000Z stdout F one\n", "pods/shop_b_u2/app/0.log")
    var tailer = PodLogTailer(root: root, cluster: "ground", positions: [])
    func read(_ changed: Set<String>?) -> [String] {
      tailer.poll(now: now, changed: changed).batches.flatMap(\.records).map { $0.origin.pod }.sorted()
    }
    #expect(read([]) == ["a", "b"], "pods that nobody has seen are read, whatever was told")
    fixture.append("2018-01-22T14:04:12.000000000Z stdout F two\n", "pods/shop_a_u1/app/0.log")
    fixture.append("2018-01-22T14:04:12.000000000Z stdout F two\n", "pods/shop_b_u2/app/0.log")
    #expect(read(["shop_b_u2"]) == ["b"])
    #expect(read([]) == [])
    #expect(read(nil) == ["a"])
  }
}
