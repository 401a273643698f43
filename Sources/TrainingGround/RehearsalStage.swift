package import Console
import Screen
package import TimeFormat
import Training

/// The real console on a buffer of the demo's size. After every key and every wait it has seen all that there is to see.
package struct RehearsalStage: DemoStage {
  private let console: HeadlessConsole
  private static let patience = Duration.seconds(5)

  package init(ports: ConsolePorts, state: ConsoleState, columns: Int, rows: Int) {
    console = HeadlessConsole(
      ports: ports, state: state, size: Size(columns: columns, rows: rows), theme: Theme(depth: .mono), glyphs: .unicode)
  }

  /// Reads clusters and stores for the first time.
  package func start() async throws {
    await console.look()
    try await console.settle(atMost: Self.patience)
  }

  package func press(_ keys: [String]) async throws {
    await console.look()
    for key in keys {
      try await console.press([key])
      try await console.settle(atMost: Self.patience)
    }
  }

  package func run(command: String) async throws {
    await console.look()
    try await console.run(command: command)
    try await console.settle(atMost: Self.patience)
  }

  package func wait(atMost limit: Duration) async throws {
    try await console.wait(atMost: limit)
    try await console.settle(atMost: Self.patience)
  }

  package func screen() async -> [String] { await console.screen() }
  package func value(_ name: String) async -> String? { await console.value(name) }
  package func isIdle() async -> Bool { await console.isIdle() }
  package func now() async -> Timestamp { await console.now() }
}
