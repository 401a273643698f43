import ClusterFeed
import KubernetesClient
import Testing

@Suite struct WatchMachineTests {
  @Test func listsThenWatchesOn() {
    var machine = WatchMachine()
    #expect(machine.start() == .list)
    #expect(machine.listed(resourceVersion: "5") == .watch(resourceVersion: "5"))
    machine.saw(resourceVersion: "9")
    #expect(machine.ended(after: .milliseconds(10), jitter: 0) == .watch(resourceVersion: "9"))
    #expect(machine.ended(after: .seconds(60), jitter: 0) == .watch(resourceVersion: "9"))
  }

  @Test func expiryListsAtOnceButNotForEver() {
    var machine = WatchMachine()
    _ = machine.listed(resourceVersion: "5")
    #expect(machine.failed(.expired, jitter: 0) == .list)
    _ = machine.listed(resourceVersion: "6")
    guard case .wait(let time) = machine.failed(.expired, jitter: 0) else { return #expect(Bool(false)) }
    #expect(time >= .milliseconds(250))
    #expect(machine.resume() == .list)
  }

  @Test func breaksWaitLongerAndGoOnWhereTheyStood() {
    var machine = WatchMachine()
    _ = machine.listed(resourceVersion: "5")
    var waits: [Duration] = []
    for _ in 0..<12 {
      guard case .wait(let time) = machine.failed(.broken, jitter: 1) else { return #expect(Bool(false)) }
      waits.append(time)
      #expect(machine.resume() == .watch(resourceVersion: "5"))
    }
    #expect(waits == waits.sorted())
    #expect(waits.first == .milliseconds(500) && waits.last == WatchMachine.longestWait)
    machine.saw(resourceVersion: "7")
    #expect(machine.failed(.broken, jitter: 0) == .wait(.milliseconds(250)))
    #expect(machine.resume() == .watch(resourceVersion: "7"))
  }

  @Test func aKindThatIsNotThereIsAskedForNowAndThen() {
    var machine = WatchMachine()
    #expect(machine.failed(.unavailable, jitter: 0) == .wait(WatchMachine.absence))
    #expect(machine.resume() == .list)
  }

  @Test func aServerThatEndsWatchesAtOnceIsNotAskedInATightLoop() {
    var machine = WatchMachine()
    _ = machine.listed(resourceVersion: "5")
    guard case .wait = machine.ended(after: .milliseconds(1), jitter: 0) else { return #expect(Bool(false)) }
  }

  @Test func linesSurviveAnyChunking() {
    let text = Array("one\n\ntwo is longer\r\nthree\nlast".utf8)
    var state: UInt64 = 1
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    for _ in 0..<500 {
      var splitter = LineSplitter()
      var lines: [[UInt8]] = []
      var start = 0
      while start < text.count {
        let end = min(text.count, start + 1 + random(7))
        lines += splitter.push(text[start..<end])
        start = end
      }
      if let rest = splitter.finish() { lines.append(rest) }
      #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "", "two is longer\r", "three", "last"])
    }
    var short = LineSplitter(limit: 8)
    #expect(short.push(Array("far too long a line".utf8)).isEmpty)
    #expect(short.push(Array(" and on\nnext\n".utf8)) == [Array("next".utf8)])
    #expect(short.dropped == 1)
  }
}
