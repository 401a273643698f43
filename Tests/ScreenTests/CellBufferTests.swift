import Screen
import TestSupport
import Testing

@Suite struct CellBufferTests {
  /// A wide grapheme is always followed by its second half, and no second half stands alone.
  private func isSound(_ buffer: CellBuffer) -> Bool {
    for y in 0..<buffer.size.rows {
      for x in 0..<buffer.size.columns {
        let cell = buffer[x, y]
        if cell.width == 2, x + 1 >= buffer.size.columns || buffer[x + 1, y].width != 0 { return false }
        if cell.width == 0, x == 0 || buffer[x - 1, y].width != 2 { return false }
      }
    }
    return true
  }

  @Test func cuttingAWideGraphemeBlanksItsOtherHalf() {
    var buffer = CellBuffer(size: Size(columns: 6, rows: 1))
    buffer.put("日本語", at: Point(x: 0, y: 0))
    buffer[1, 0] = Cell("x")
    #expect(buffer.plainText() == [" x本語"])
    buffer[2, 0] = Cell("y")
    #expect(buffer.plainText() == [" xy 語"])
    buffer[3, 0] = Cell("한")
    #expect(buffer.plainText() == [" xy한"])
    #expect(isSound(buffer))
  }

  @Test func textIsClipped() {
    var buffer = CellBuffer(size: Size(columns: 5, rows: 2))
    #expect(buffer.put("hello world", at: Point(x: 1, y: 0), maxWidth: 3) == 3)
    buffer.put("日本語", at: Point(x: -1, y: 1))
    #expect(buffer.plainText() == [" hel", " 本語"])
    #expect(buffer.put("x", at: Point(x: 0, y: 9)) == 0)
  }

  @Test func diffListsOnlyWhatChanged() {
    var before = CellBuffer(size: Size(columns: 10, rows: 3))
    before.put("abcdef", at: Point(x: 0, y: 1))
    var after = before
    #expect(after.diff(from: before).isEmpty)
    after.put("X", at: Point(x: 2, y: 1))
    after.put("Y", at: Point(x: 4, y: 1))
    let runs = after.diff(from: before)
    #expect(runs.map { [$0.x, $0.y, $0.cells.count] } == [[2, 1, 1], [4, 1, 1]])
    #expect(after.diff(from: nil).reduce(0) { $0 + $1.cells.count } == 30)
    #expect(after.diff(from: CellBuffer(size: Size(columns: 9, rows: 3))).count == 3)
  }

  @Test func fuzzedDiffMakesTheTarget() {
    var random = SeededGenerator(seed: 42)
    for _ in 0..<3000 {
      let size = Size(columns: Int.random(in: 0...14, using: &random), rows: Int.random(in: 0...5, using: &random))
      var before = CellBuffer(size: size)
      random.scribble(on: &before)
      var after = Bool.random(using: &random) ? before : CellBuffer(size: size)
      random.scribble(on: &after)
      #expect(isSound(before) && isSound(after))
      let runs = after.diff(from: before)
      var mended = before
      mended.apply(runs)
      #expect(mended == after)
      // Minimal: a listed cell differs, or is half of a wide grapheme that does.
      for run in runs {
        for (index, cell) in run.cells.enumerated() where cell == before[run.x + index, run.y] { #expect(cell.width == 0) }
      }
    }
  }

  @Test func styledTextNamesStyles() {
    var buffer = CellBuffer(size: Size(columns: 6, rows: 1))
    buffer.put("ok", at: Point(x: 0, y: 0), style: Style(foreground: .ansi(2)))
    buffer.put("no", at: Point(x: 3, y: 0), style: Style(foreground: .rgb(255, 0, 16), attributes: .bold))
    #expect(buffer.styledText() == ["ok no", "-- styles --", "aa.bb", "-- legend --", "a ansi 2", "b #ff0010 bold"])
  }
}
