import Console
import Screen
import TestSupport
import Testing
import TimeFormat

@Suite("Fuzz")
struct FuzzTests {
  @Test("random keys, clicks, sizes and texts: no crash, always a whole frame", arguments: [1, 2, 3, 4] as [UInt64])
  func random(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let driver = try await ConsoleDriver { $0.shared.lastLook = Fixture.at("10:00:00") }
    var size = Size(columns: 80, rows: 24)
    let names =
      CommandTable.all.flatMap(\.keys).filter { $0 != "q" } + ["Esc", "Enter", "Left", "Right", "Backspace", "a", "é", "漢", "F5", "ctrl-x"]
    let texts = [
      "open health/x/y/z", "at 25:99", "scale -1", "request \u{1b}[31m", "since 3h", "open logs/level:>=", "learn", "demo 9", "answer a b",
    ]
    for _ in 0..<350 {
      switch random.next() % 12 {
      case 0:
        size = Size(columns: Int(random.next() % 220), rows: Int(random.next() % 70))
        await driver.console.resize(size)
      case 1:
        let position = Point(x: Int(random.next() % 230), y: Int(random.next() % 70))
        let actions: [MouseEvent.Action] = [.press, .release, .doubleClick, .wheelUp, .wheelDown]
        await driver.console.handle(.mouse(MouseEvent(action: actions[Int(random.next() % 5)], position: position)))
      case 2: try await driver.console.run(command: texts[Int(random.next() % UInt64(texts.count))])
      case 3: await driver.console.handle(.paste("a\u{202e}b\n\u{1b}]52;c;AAAA\u{7}"))
      case 4: await driver.console.look()
      default: try await driver.console.press([names[Int(random.next() % UInt64(names.count))]])
      }
      let buffer = await driver.console.buffer()
      #expect(buffer.size == size)
    }
    try await driver.console.settle()
  }
}
