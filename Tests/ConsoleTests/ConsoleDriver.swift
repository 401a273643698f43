import Console
import Foundation
import Screen
import Testing
import TimeFormat
import Views

/// Drives the real reducer, renderer and effect runner on a buffer. Keys by name; every key is followed to idle.
struct ConsoleDriver {
  let console: HeadlessConsole

  init(
    _ place: Place = Place(.health), ports: ConsolePorts = .fake(), size: Size = Size(columns: 80, rows: 24),
    depth: ColorDepth = .mono,
    glyphs: Glyphs = .unicode, prepare: (inout ConsoleState) -> Void = { _ in }
  ) async throws {
    var state = ConsoleState(now: Fixture.now, place: place)
    state.shared.localFace = TimeDisplay(offset: 3600, name: "CET")
    state.shared.actionClusters = ["dev-fra", "prd-fra"]
    state.shared.productionClusters = ["prd-fra"]
    state.shared.exampleService = { "orders" }
    prepare(&state)
    console = HeadlessConsole(ports: ports, state: state, size: size, theme: Theme(depth: depth), glyphs: glyphs)
    await console.look()
    try await console.settle()
    _ = await console.screen()
  }

  func press(_ keys: String...) async throws {
    for key in keys {
      try await console.press([key])
      try await console.settle()
    }
  }

  func screen() async -> [String] { await console.screen() }
  func text() async -> String { await console.screen().joined(separator: "\n") }
  func value(_ name: String) async -> String? { await console.value(name) }
}

/// Whole screens as files beside the tests.
enum Golden {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
  static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1"

  static func check(_ lines: [String], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = folder.appending(path: name + ".txt")
    let text = lines.joined(separator: "\n") + "\n"
    if isUpdating {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let wanted = try? String(contentsOf: file, encoding: .utf8)
    #expect(
      wanted == text, "\(name) differs from its golden; UPDATE_GOLDENS=1 writes it anew, after you have looked at it:\n\(text)",
      sourceLocation: sourceLocation)
  }
}
