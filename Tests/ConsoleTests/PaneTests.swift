import ClusterModel
import Console
import Screen
import Synchronization
import TestKits
import Testing
import TimeFormat
import Views

/// A lesson whose checks take until they are cancelled.
private actor SlowPanes: PaneSource {
  private(set) var wasCancelled = false

  func open(_ kind: PaneUpdate.Kind, id: String) async -> PaneUpdate {
    PaneUpdate(
      kind: kind, title: "Follow an id", progress: "step 1 of 3", lines: (1...60).map { .init("line \($0)") }, isUnderWay: true)
  }

  func perform(_ command: PaneCommand, argument: String) async -> PaneUpdate? {
    guard command == .next else { return nil }
    while !Task.isCancelled { await Task.yield() }
    wasCancelled = true
    return PaneUpdate(kind: .lesson, title: "Follow an id", progress: "step 1 of 3", lines: [.init("✖ cancelled", .bad)], isUnderWay: true)
  }
}

@Suite("The side pane")
struct PaneTests {
  @Test("it says how it scrolls and closes, and where in its text it stands")
  func keys() async throws {
    var ports = ConsolePorts.fake()
    ports.panes = SlowPanes()
    let driver = try await ConsoleDriver(ports: ports, size: Size(columns: 120, rows: 40))
    try await driver.press(":", "type:learn", "Enter")
    #expect(await driver.text().contains("Tab scroll, close"))
    try await driver.press("Tab", "j")
    let text = await driver.text()
    #expect(text.contains("Esc close") && text.contains("j k scroll"))
    #expect(text.contains("2–35 of 60"), "\(text)")
  }

  @Test("who scrolls beyond the end comes back with one key")
  func beyond() async throws {
    var ports = ConsolePorts.fake()
    ports.panes = SlowPanes()
    let driver = try await ConsoleDriver(ports: ports, size: Size(columns: 120, rows: 40))
    try await driver.press(":", "type:learn", "Enter", "Tab", "G", "j", "j", "PgDn")
    #expect(await driver.text().contains("line 60"))
    try await driver.press("k")
    #expect(await !driver.text().contains("line 60"))
    try await driver.press("g")
    #expect(await driver.text().contains("line 1\n"))
  }

  @Test("long work says what it waits for and how long, and Esc cancels it")
  func cancel() async throws {
    let clock = HandClock()
    let panes = SlowPanes()
    var ports = ConsolePorts.fake()
    ports.panes = panes
    var console = SteppedConsole(ports: ports, size: Size(columns: 120, rows: 40)) { clock.now }
    console.core.run("learn")
    _ = await console.settle { $0.contains("line 1") }
    console.core.handle(.key(.character(">")))
    clock.advance(by: .seconds(12))
    console.core.tick()
    let waiting = await console.settle { $0.contains("checking the step") }
    #expect(waiting.contains("◌ checking the step, 12 s  Esc cancel"))
    console.core.handle(.key(KeyPress(.escape)))
    let cancelled = await console.settle { $0.contains("✖ cancelled") }
    #expect(cancelled.contains("✖ cancelled"))
    #expect(await panes.wasCancelled)
    #expect(console.core.state.pane != nil)
  }

  @Test("the room reads a demo's sentence alone; the notes come and go with a key", arguments: [80, 120])
  func notes(columns: Int) async throws {
    let driver = try await ConsoleDriver(size: Size(columns: columns, rows: columns / 3))
    try await driver.press("P")
    #expect(await driver.text().contains("No demo is open"))
    try await driver.press(":", "type:demo 1", "Enter")
    var text = await driver.text()
    #expect(text.contains("A customer places an order.") && text.contains("P notes"))
    for hidden in ["Note:", "Does:", "Expects:", "Next:"] { #expect(!text.contains(hidden)) }
    // The page keeps its width, and all rows that the sentence does not need.
    let lines = await driver.screen()
    let rule = try #require(lines.firstIndex { $0.contains("Demo: One id through stdout") })
    #expect(rule >= lines.count - 5)
    try await driver.press("P", "Tab")
    text = await driver.text()
    #expect(text.contains("Note: The id is demo-7.") && text.contains("Expects: services is at least 4"))
    try await driver.press("P")
    #expect(await !driver.text().contains("Note:"))
  }

  @Test("what a lesson says for a shell is said as the console does it")
  func words() {
    #expect(PaneWords.inConsole("Then: periplus learn answer NAME") == "Then: :answer NAME")
    #expect(PaneWords.inConsole("Then: periplus learn check") == "Then: >")
  }

  @Test("beside the pane the names of pods are whole")
  func names() async throws {
    var ports = ConsolePorts.fake()
    var snapshot = Fixture.snapshot("prd-fra")
    snapshot.pods = .init(
      snapshot.pods.map { pod in
        var pod = pod
        pod.name = pod.name.replacing("7f7b8-4ftrr", with: "7f7b8d9c4-4ftrr-is-long")
        return pod
      })
    ports.clusters = [StillCluster(snapshot)]
    let driver = try await ConsoleDriver(ports: ports, size: Size(columns: 120, rows: 40))
    try await driver.press(":", "type:learn", "Enter", "Enter")
    #expect(await driver.text().contains("reports-7f7b8d9c4-4ftrr-is-long"))
  }
}

@Suite("Searching logs")
struct SearchWordsTests {
  @Test("what matched is marked, whatever its case")
  func marked() async throws {
    let driver = try await ConsoleDriver(
      Place(.logs, filter: "\"ORDER placed\" OR retrying"), size: Size(columns: 120, rows: 40), depth: .truecolor)
    let buffer = await driver.console.buffer()
    let match = Theme(depth: .truecolor)[.match]
    let y = try #require(buffer.plainText().firstIndex { $0.contains("order placed, message") })
    let marked = (0..<120).filter { buffer[$0, y].style.background == match.background }
    #expect(marked.count == "order placed".count)
  }

  @Test("a level that there is not names the one that was meant")
  func level() async throws {
    let driver = try await ConsoleDriver(Place(.logs, filter: "level:WORN"))
    #expect(await driver.text().contains("Unknown level WORN; did you mean WARN?"))
  }

  @Test("a field that finds nothing names the known one")
  func field() async throws {
    let driver = try await ConsoleDriver(Place(.logs, filter: "servise:orders nothing-says-this"))
    #expect(await driver.text().contains("Is servise: meant to be service:?"))
  }
}
