import ClusterModel
import Console
import Foundation
import Screen
import Testing
import TimeFormat
import Views

@Suite("Pages")
struct PagesTests {
  @Test("every page has a name, a key and a link of its own")
  func unique() {
    #expect(Set(Pages.specs.map(\.id)).count == Pages.all.count)
    #expect(Set(Pages.specs.map(\.title)).count == Pages.all.count)
    #expect(Set(Pages.tabs.map(\.tab.key)).count == Pages.tabs.count)
    for spec in Pages.specs {
      #expect(spec.tab != nil || spec.parent.flatMap(Pages.spec)?.tab != nil, "\(spec.title) stands under a tab")
      // What shares the name of a link is told apart by the item.
      guard let other = Pages.specs.first(where: { $0.link.name == spec.link.name && $0.id != spec.id }) else { continue }
      #expect([spec, other].contains { if case .objects = $0.link.rest { true } else { false } }, "\(spec.title) and \(other.title)")
    }
  }

  @Test(
    "every page has its goldens at every size, in color and as lines, and its paragraph in the manual", arguments: Pages.specs.map(\.id))
  func described(page: PageID) throws {
    for name in ["\(page.name)-80x24", "\(page.name)-120x40", "\(page.name)-200x60", "\(page.name)-120x40-color", "linear-\(page.name)"] {
      #expect(FileManager.default.fileExists(atPath: Golden.folder.appending(path: name + ".txt").path), "\(name).txt is missing")
    }
    let manual = Golden.folder.appending(path: "../../../docs/console.md").standardizedFileURL
    let title = try #require(Pages.spec(page)).title
    #expect(try String(contentsOf: manual, encoding: .utf8).contains("**\(title)**"), "docs/console.md has nothing on \(title)")
  }

  @Test(
    "a place and its link say the same",
    arguments: [
      Place(.voyage, item: "logging"), Place(.health), Place(.health, filter: "orders"),
      Place(.logs, filter: "service:orders level:>=WARN"),
      Place(.reschedules, filter: "reports", moment: Fixture.now), Place(.request, item: "9f3c"),
      Place(.workload, cluster: "prd-fra", item: "shop/Deployment/orders"), Place(.pod, cluster: "prd-fra", item: "shop/Pod/orders-1"),
      Place(.workload, cluster: "arn:aws:eks:eu-central-1:4711:cluster/shop", item: "shop/Deployment/orders"),
      Place(.workload, cluster: "admin@prd", item: "shop/Deployment/orders", moment: Fixture.now),
      Place(.workload, item: "shop/Deployment/orders"), Place(.nodes), Place(.nodes, filter: "not ready"),
      Place(.nodes, filter: "dedicated=batch:NoSchedule"), Place(.node, cluster: "prd-fra", item: "node-7"),
    ])
  func links(place: Place) throws { #expect(try Place.parse(place.text).get() == place) }

  @Test("a link to an object leads to the page that shows such objects")
  func objects() throws {
    #expect(try Place.parse("health/prd-fra:/Node/node-7").get() == Place(.node, cluster: "prd-fra", item: "node-7"))
    #expect(try Place.parse("health/prd-fra:shop/Pod/orders-1").get().page == .pod)
    #expect(try Place.parse("nodes/node-7").get() == Place(.nodes, filter: "node-7"))
  }

  @Test("a wrong link says what is wrong and what was probably meant")
  func wrongLinks() {
    func sentence(_ text: String) -> String { if case .failure(let error) = Place.parse(text) { error.sentence } else { "" } }
    let pages = "The pages are voyage, health, reschedules, logs, request, nodes."
    #expect(sentence("helth") == "There is no page \"helth\"; did you mean health? \(pages)")
    #expect(sentence("harbor") == "There is no page \"harbor\"; the pages are voyage, health, reschedules, logs, request, nodes.")
    #expect(sentence("request") == "A request page needs an id: request/ID.")
    #expect(sentence("logs@25").hasPrefix("The time after @ must be like"))
  }

  @Test("going back leads to the same row, filter, order and range, and loads again")
  func history() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("/", "type:service", "Enter", "s", "j", "j", "j")
    let health = await driver.screen()
    try await driver.press("4", "/", "type:level:>=INFO", "Enter", "+", "k", "k", "k")
    let logs = await driver.screen()
    try await driver.press("3", "v", "j", "j", "+")
    let reschedules = await driver.screen()
    try await driver.press("1", "[")
    #expect(await driver.screen() == reschedules)
    try await driver.press("[")
    #expect(await driver.screen() == logs)
    try await driver.press("[")
    #expect(await driver.screen() == health)
    try await driver.press("]")
    #expect(await driver.screen() == logs)
    // A number leads to the tab as it was left.
    try await driver.press("3")
    #expect(await driver.screen() == reschedules)
  }

  @Test("the answer to a page that was left is nothing to the next one")
  func leftPage() async throws {
    var state = ConsoleState(now: Fixture.now, place: Place(.logs))
    func load(_ effects: [Effect]) -> (slot: Slot, number: Int)? {
      for case .load(_, let slot, let number) in effects { return (slot, number) }
      return nil
    }
    let first = try #require(load(state.run(text: "open logs/service:orders")))
    let second = try #require(load(state.run(text: "open logs/service:catalog")))
    #expect(first.slot == second.slot)
    _ = state.receive(.answered(first.slot, number: first.number, .failure(QueryFailure("of the page before"))), now: Fixture.now)
    #expect(!state.linear(width: 100).joined().contains("of the page before"))
    _ = state.receive(.answered(second.slot, number: second.number, .failure(QueryFailure("of this page"))), now: Fixture.now)
    #expect(state.linear(width: 100).joined().contains("of this page"))
  }

  @Test("the cursor stays on the record when newer ones come")
  func anchored() async throws {
    let driver = try await ConsoleDriver(Place(.logs, filter: "level:>=DEBUG"))
    try await driver.press("k", "k", "k")
    let row = await driver.screen().first { $0.hasPrefix("▸") }
    try await driver.press("+")
    #expect(await driver.screen().first { $0.hasPrefix("▸") } == row)
  }
}
