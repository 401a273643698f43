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

  @Test func watchesThatExpireAtOnceAreAskedForEverMoreRarely() {
    var machine = WatchMachine()
    var waits: [Duration] = []
    var action = machine.start()
    for _ in 0..<40 {
      switch action {
      case .list: action = machine.listed(resourceVersion: "5")
      case .watch: action = machine.failed(.expired, jitter: 1)
      case .wait(let time):
        waits.append(time)
        action = machine.resume()
      }
    }
    #expect(waits == waits.sorted() && waits.last == WatchMachine.longestWait, "\(waits)")
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
}
