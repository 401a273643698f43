import ClusterModel
import Console
import Screen
import Synchronization
import TestKits
import Testing
import TimeFormat
import Views

@Suite("Console")
struct BehaviorTests {
  @Test("from a tile to the pod's logs and back")
  func drill() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("Enter")
    #expect(await driver.value("page") == "workload")
    try await driver.press("Enter")
    #expect(await driver.value("page") == "pod")
    try await driver.press("l")
    #expect(await driver.value("query") == "cluster:prd-fra pod:reports-7f7b8-4ftrr")
    try await driver.press("[", "[", "[")
    #expect(await driver.value("page") == "health")
    try await driver.press("]", "]")
    #expect(await driver.value("page") == "pod")
    try await driver.press("o")
    #expect(await driver.value("page") == "workload")
  }

  @Test("a record leads to its request and to its owner")
  func request() async throws {
    let driver = try await ConsoleDriver(Place(.logs, filter: "request:\(Fixture.requestID)"))
    try await driver.press("r")
    #expect(await driver.value("page") == "request")
    #expect(await driver.value("requestId") == Fixture.requestID)
    #expect(await driver.value("services") == "3")
    #expect(await driver.text().contains("OOM killed (137)"))
    try await driver.press("Esc", "o")
    #expect(await driver.value("page") == "workload")
  }

  @Test("Esc goes back one step and never quits")
  func escape() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("Enter", "?", "Esc", "Esc", "Esc", "Esc")
    #expect(await driver.value("page") == "health")
    #expect(await driver.console.didQuit == false)
    try await driver.press("q")
    #expect(await driver.console.didQuit)
  }

  @Test("a wrong query says where it is wrong and keeps the page")
  func wrongQuery() async throws {
    let driver = try await ConsoleDriver(Place(.logs))
    try await driver.press("/", "type:a OR", "Enter")
    #expect(await driver.text().contains("Expected a term after OR"))
    try await driver.press("Esc")
    #expect(await driver.value("query") == "")
  }

  @Test("a store that fails says so in place")
  func failing() async throws {
    let logs = MemoryLogs.fixture(failure: FakeError(description: "The store cannot be opened: it is not a store of Periplus."))
    let driver = try await ConsoleDriver(Place(.logs), ports: .fake(logs: logs))
    #expect(await driver.text().contains("✖ The store cannot be opened"))
  }

  @Test("late answers are dropped")
  func late() async throws {
    var state = ConsoleState(now: Fixture.now, place: Place(.logs))
    let slot = Slot(.page, LogsPage.slot)
    _ = state.receive(.answered(slot, number: 4711, .failure(QueryFailure("too late"))), now: Fixture.now)
    #expect(!state.linear(width: 100).joined().contains("too late"))
  }

  @Test("production wants the name typed, other clusters a y")
  func actions() async throws {
    let actions = FakeActions()
    let driver = try await ConsoleDriver(ports: .fake(actions: actions))
    try await driver.press("Enter", ":", "type:delete", "Enter", "y", "Enter")
    #expect(actions.done.withLock { $0 }.isEmpty)
    try await driver.press("type:reports-7f7b8-4ftrr", "Enter")
    #expect(actions.done.withLock { $0 } == [.deletePod(cluster: "prd-fra", namespace: "shop", name: "reports-7f7b8-4ftrr")])
    try await driver.press("2", "/", "type:checkout", "Enter", ":", "type:scale 3", "Enter", "y")
    #expect(actions.done.withLock { $0.last } == .scale(cluster: "dev-fra", workload: Fixture.deployment("checkout"), replicas: 3))
  }

  @Test("without leave there are no actions")
  func noActions() async throws {
    let actions = FakeActions()
    let driver = try await ConsoleDriver(ports: .fake(actions: actions)) { $0.shared.actionClusters = [] }
    try await driver.press(":", "type:restart", "Enter", "y")
    #expect(actions.done.withLock { $0 }.isEmpty)
  }

  @Test("T pins, T again returns")
  func pin() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("T")
    #expect(await driver.screen()[0].contains("PINNED"))
    try await driver.press("T")
    #expect(await driver.screen()[0].contains("periplus"))
    try await driver.press(":", "type:at 13:00", "Enter")
    #expect(await driver.text().contains("No cluster state is recorded"))
  }

  @Test("u changes the clock")
  func zone() async throws {
    let driver = try await ConsoleDriver()
    #expect(await driver.screen()[0].contains("14:04:11 UTC"))
    try await driver.press("u")
    #expect(await driver.screen()[0].contains("15:04:11 CET"))
  }

  @Test("deep links open pages, wrong ones say what is wrong")
  func links() async throws {
    let driver = try await ConsoleDriver()
    try await driver.console.run(command: "open logs/service:orders")
    try await driver.console.settle()
    #expect(await driver.value("query") == "service:orders")
    try await driver.console.run(command: "open health/shop/Deployment/reports@2018-01-22T13:00:00Z")
    try await driver.console.settle()
    #expect(await driver.value("page") == "workload")
    #expect(await driver.value("pinned") == "yes")
    try await driver.console.run(command: "open harbor")
    #expect(await driver.value("message")?.contains("There is no page \"harbor\"") == true)
  }

  @Test("a click selects, a double click drills, a tab opens its page")
  func mouse() async throws {
    let driver = try await ConsoleDriver()
    let lines = await driver.screen()
    let row = lines.firstIndex { $0.contains("orders") } ?? 0
    await driver.console.handle(.mouse(MouseEvent(action: .doubleClick, position: Point(x: 5, y: row))))
    try await driver.console.settle()
    #expect(await driver.text().contains("Deployment/orders"))
    await driver.console.handle(.mouse(MouseEvent(action: .press, position: Point(x: 2, y: 1))))
    #expect(await driver.value("page") == "voyage")
  }

  @Test("y copies the row, e exports the view")
  func copy() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("y")
    #expect(await driver.console.clipboard?.contains("Deployment/reports red 1/3") == true)
    try await driver.press("e")
    #expect(await driver.value("message")?.contains("exports/health.md") == true)
  }

  @Test("matches stand in the records of their pod")
  func context() async throws {
    let driver = try await ConsoleDriver(Place(.logs, filter: "\"order placed\""))
    #expect(await driver.value("records") == "1")
    try await driver.press("&")
    #expect(await driver.value("records") == "1")
    #expect(await driver.text().contains("order answered"))
  }

  @Test("since last look lists what changed")
  func since() async throws {
    let driver = try await ConsoleDriver { $0.shared.lastLook = Fixture.at("13:00:00") }
    try await driver.press(":", "type:since", "Enter")
    let text = await driver.text()
    #expect(text.contains("checkout is amber"))
    #expect(text.contains("cause drain"))
  }
}
