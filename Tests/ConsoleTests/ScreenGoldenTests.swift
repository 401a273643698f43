import Console
import Screen
import TestKits
import Testing
import Views

/// A page and how one gets to it.
struct Scene: Sendable, CustomTestStringConvertible {
  var name: String
  var place: Place
  var keys: [String] = []
  var testDescription: String { name }

  static let all: [Scene] = [
    Scene(name: "voyage", place: Place(.voyage)),
    Scene(name: "voyage-checks", place: Place(.voyage), keys: ["Enter"]),
    Scene(name: "voyage-gate", place: Place(.voyage), keys: ["Tab", "Tab", "Enter"]),
    Scene(name: "health", place: Place(.health)),
    Scene(name: "workload", place: Place(.health), keys: ["Enter"]),
    Scene(name: "pod", place: Place(.health), keys: ["Enter", "Enter"]),
    Scene(name: "reschedules", place: Place(.reschedules)),
    Scene(name: "reschedules-time", place: Place(.reschedules), keys: ["v"]),
    Scene(name: "logs", place: Place(.logs)),
    Scene(name: "logs-request", place: Place(.logs, filter: "request:\(Fixture.requestID)"), keys: ["j"]),
    Scene(name: "nodes", place: Place(.nodes)),
    Scene(name: "node", place: Place(.nodes), keys: ["Enter"]),
    Scene(name: "request", place: Place(.request, item: Fixture.requestID), keys: ["j", "j", "j", "j"]),
  ]

  static let overlays: [Scene] = [
    Scene(name: "help", place: Place(.logs), keys: ["?"]),
    Scene(name: "palette", place: Place(.health), keys: [":", "type:re"]),
    Scene(name: "search", place: Place(.logs), keys: ["/", "type:service:orders"]),
    Scene(name: "explain", place: Place(.health), keys: ["x"]),
    Scene(name: "record", place: Place(.logs, filter: "request:\(Fixture.requestID)"), keys: ["Enter"]),
    Scene(name: "record-raw", place: Place(.logs, filter: "request:\(Fixture.requestID)"), keys: ["Enter", "J"]),
    Scene(name: "sources", place: Place(.health), keys: [":", "type:sources", "Enter"]),
    Scene(name: "confirm", place: Place(.health), keys: ["Enter", ":", "type:delete", "Enter"]),
    Scene(name: "pinned", place: Place(.logs), keys: [":", "type:at 14:01:30", "Enter"]),
    Scene(name: "lesson", place: Place(.health), keys: [":", "type:learn", "Enter"]),
    Scene(name: "check", place: Place(.voyage), keys: ["Enter", "Enter"]),
    Scene(name: "demo", place: Place(.health), keys: [":", "type:demo 1", "Enter"]),
    Scene(name: "demo-notes", place: Place(.health), keys: [":", "type:demo 1", "Enter", "P"]),
    Scene(name: "no-page-yet", place: Place(.health), keys: ["5"]),
  ]
}

@Suite("Screens")
struct ScreenGoldenTests {
  static let sizes = [Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60)]

  private func screen(_ scene: Scene, _ size: Size, depth: ColorDepth, glyphs: Glyphs = .unicode) async throws -> CellBuffer {
    let driver = try await ConsoleDriver(scene.place, size: size, depth: depth, glyphs: glyphs)
    for key in scene.keys { try await driver.press(key) }
    return await driver.console.buffer()
  }

  @Test("every page at every size, without color", arguments: Scene.all, sizes)
  func mono(scene: Scene, size: Size) async throws {
    let buffer = try await screen(scene, size, depth: .mono)
    try Golden.check(buffer.plainText(), "\(scene.name)-\(size.columns)x\(size.rows)")
  }

  @Test("every page in color", arguments: Scene.all)
  func color(scene: Scene) async throws {
    let buffer = try await screen(scene, Size(columns: 120, rows: 40), depth: .truecolor)
    try Golden.check(buffer.styledText(), "\(scene.name)-120x40-color")
  }

  @Test("what lies over the pages", arguments: Scene.overlays)
  func overlays(scene: Scene) async throws {
    for size in Self.sizes.prefix(2) {
      let buffer = try await screen(scene, size, depth: .mono)
      try Golden.check(buffer.plainText(), "over-\(scene.name)-\(size.columns)x\(size.rows)")
    }
  }

  @Test("ASCII alone", arguments: Scene.all)
  func ascii(scene: Scene) async throws {
    let lines = try await screen(scene, Size(columns: 80, rows: 24), depth: .mono, glyphs: .ascii).plainText()
    for line in lines { #expect(line.utf8.allSatisfy { $0 < 0x80 }, "\(scene.name): \(line)") }
    if scene.name == "health" { try Golden.check(lines, "health-80x24-ascii") }
  }

  @Test("plain lines for screen readers", arguments: Scene.all)
  func linear(scene: Scene) async throws {
    let driver = try await ConsoleDriver(scene.place)
    for key in scene.keys { try await driver.press(key) }
    let lines = await driver.console.linear(width: 100)
    #expect(lines.allSatisfy { TextWidth.width(of: $0) <= 100 })
    try Golden.check(lines, "linear-\(scene.name)")
  }

  @Test("empty states say what would be here and what brings it")
  func empty() async throws {
    let ports = ConsolePorts.fake(clusters: [], logs: MemoryLogs(), ledger: MemoryLedger(), hasPlan: false)
    for (key, name) in [("1", "voyage"), ("2", "health"), ("3", "reschedules"), ("4", "logs")] {
      let driver = try await ConsoleDriver(key == "2" ? Place(.voyage) : Place(.health), ports: ports)
      try await driver.press(key)
      try Golden.check(await driver.screen(), "empty-\(name)-80x24")
    }
  }

  @Test("without a ledger the page says who keeps one")
  func noLedger() async throws {
    let ports = ConsolePorts.fake(
      clusters: ["dev-fra"], logs: MemoryLogs(), ledger: MemoryLedger(), hasPlan: false)
    let driver = try await ConsoleDriver(ports: ports)
    try await driver.press("3")
    try Golden.check(await driver.screen(), "no-ledger-80x24")
  }

  @Test("a terminal too small says so")
  func tooSmall() async throws {
    let driver = try await ConsoleDriver(size: Size(columns: 39, rows: 9))
    #expect(await driver.screen().joined(separator: " ").contains("needs at least 40×10"))
  }
}
