import ClusterModel
import Console
import Foundation
import Kubernetes
import Screen
import Testing
import Views

@Suite("Steps back")
struct StepsBackTests {
  @Test("Esc closes the overlay, returns to the page before at its row, and clears the search last")
  func stack() async throws {
    let driver = try await ConsoleDriver(Place(.health, filter: "or"))
    try await driver.press("4", "/", "type:\"order placed\"", "Enter", "?")
    #expect(await driver.text().contains("Keys of Logs"))
    try await driver.press("Esc")
    #expect(await driver.value("query") == "\"order placed\"")
    #expect(await !driver.text().contains("Keys of Logs"))
    try await driver.press("Esc")
    #expect(await driver.value("link") == "health/or")
    try await driver.press("Esc")
    #expect(await driver.value("link") == "health")
    try await driver.press("Esc")
    #expect(await driver.value("message")?.contains("This is the top") == true)
  }

  @Test("the row is the one that was left")
  func row() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("j", "Enter")
    #expect(await driver.value("link") == "health/prd-fra:shop/Deployment/orders")
    try await driver.press("Esc")
    #expect(await driver.screen().contains { $0.hasPrefix("▸") && $0.contains("orders") })
  }

  @Test("a page that was opened first leads to its tab, and Esc does not lead into it again")
  func opened() async throws {
    let driver = try await ConsoleDriver(
      Place(.pod, cluster: "prd-fra", object: ObjectReference(kind: "Pod", namespace: "shop", name: "orders-7f7b8-4ftrr")))
    #expect(await driver.value("page") == "pod")
    try await driver.press("Esc", "Esc")
    #expect(await driver.value("page") == "health")
    try await driver.press("]")
    #expect(await driver.value("page") == "pod")
  }

  @Test(":clear clears the search wherever one came from")
  func clear() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("4", "/", "type:\"order placed\"", "Enter", ":", "type:clear", "Enter")
    #expect(await driver.value("link") == "logs")
    try await driver.press(":", "type:clear", "Enter")
    #expect(await driver.value("message") == "Nothing is searched for.")
  }
}

@Suite("Quitting")
struct QuittingTests {
  @Test("q asks when a ground ends with the console")
  func ground() async throws {
    let driver = try await ConsoleDriver { $0.quitLoses = "The proving ground, which this console started, stops with it." }
    try await driver.press("q")
    #expect(await driver.text().contains("The proving ground, which this console started, stops with it."))
    try await driver.press("n")
    #expect(await driver.console.didQuit == false)
    try await driver.press("q", "y")
    #expect(await driver.console.didQuit)
  }

  @Test("q asks while a lesson is under way, and ctrl-c twice means it")
  func lesson() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press(":", "type:learn", "Enter", "q")
    #expect(await driver.text().contains("\"Follow an id\" is under way (step 1 of 3)"))
    #expect(await driver.console.didQuit == false)
    try await driver.console.run(command: "quit")
    #expect(await driver.console.didQuit)
  }

  @Test("y says what was copied and how much")
  func copied() async throws {
    #expect(Note.copied(String(repeating: "x", count: 812), "row").text == "Copied row (812 B)")
    #expect(Note.copied(String(repeating: "x", count: 1234), "record").text == "Copied record (1.2 kB)")
    let driver = try await ConsoleDriver(Place(.logs))
    try await driver.press("y")
    #expect(await driver.value("message")?.hasPrefix("Copied record (") == true)
  }
}

@Suite("Help")
struct HelpTests {
  @Test("the page's own keys come first, and none of a page that does not exist")
  func order() async throws {
    let driver = try await ConsoleDriver(Place(.logs), size: Size(columns: 80, rows: 60))
    try await driver.press("?")
    let text = await driver.text()
    let own = try #require(text.range(of: "Follow new records"))
    let moving = try #require(text.range(of: "Next row"))
    #expect(own.lowerBound < moving.lowerBound)
    for name in ["Traces", "Alerts", "Scorecard", "Pipeline"] { #expect(!text.contains(name)) }
  }

  @Test("two columns where there is room, one where there is not")
  func columns() async throws {
    for (width, isTwo) in [(80, false), (120, true)] {
      let driver = try await ConsoleDriver(Place(.logs), size: Size(columns: width, rows: 60))
      try await driver.press("?")
      let row = await driver.screen().first { $0.contains(" Next match ") } ?? ""
      // Beside a key of the page stands one of every page.
      #expect(row.dropFirst(width / 2).contains { $0.isLetter } == isTwo, "\(row)")
    }
  }
}
