import Screen
import TestSupport
import Testing

@Suite struct WidgetTests {
  private func surface(_ columns: Int, _ rows: Int, _ glyphs: Glyphs = .unicode) -> Surface {
    Surface(size: Size(columns: columns, rows: rows), theme: Theme(depth: .mono), glyphs: glyphs)
  }

  @Test func linesAreCutAsAWhole() {
    let surface = surface(10, 4)
    surface.line([StyledRun("✖ ", .red), StyledRun("reports"), StyledRun(" 1/3")], y: 0)
    surface.line([StyledRun("0123456789"), StyledRun("x")], y: 1)
    surface.line([StyledRun("right")], y: 2, align: .right)
    surface.line([StyledRun("0123456789"), StyledRun("")], y: 3)
    #expect(surface.buffer.plainText() == ["✖ reports…", "012345678…", "     right", "0123456789"])
  }

  @Test func subsurfacesClip() {
    let surface = surface(8, 3)
    let part = surface.subsurface(Rect(x: 2, y: 1, width: 4, height: 1))
    part.text("abcdefgh", x: 0, y: 0)
    part.text("hidden", x: 0, y: 1)
    part.text("zz", x: -1, y: 0, width: 2)
    #expect(surface.buffer.plainText() == ["", "  zbc…", ""])
  }

  @Test func boxesAndRules() {
    let surface = surface(24, 3)
    surface.box(surface.bounds, title: "Delete?", note: "Esc cancel")
    #expect(surface.buffer.plainText() == ["┌ Delete? ─────────────┐", "│                      │", "└────────── Esc cancel ┘"])
    let ruled = self.surface(24, 1, .ascii)
    ruled.rule("why", y: 0, note: "now")
    #expect(ruled.buffer.plainText() == ["-- why ----------- now -"])
    let cut = self.surface(16, 1)
    cut.rule("no data for 31 s", y: 0)
    #expect(cut.buffer.plainText() == ["── no data … ───"])
  }

  @Test func sparklines() {
    #expect(Sparkline.text([0, 1, 4, 8, nil], columns: 5, glyphs: .unicode) == "·▁▄█ ")
    #expect(Sparkline.text([1, 9, 2, 3], columns: 2, glyphs: .unicode) == "█▂")
    #expect(Sparkline.text([], columns: 4, glyphs: .unicode) == "")
    #expect(Sparkline.text([0, 0], columns: 4, glyphs: .unicode) == "··")
    #expect(Sparkline.text([.nan, .infinity, -1, 2], columns: 4, glyphs: .ascii) == "   #")
    #expect(Sparkline([1, nil, 3]).linear(width: 60, glyphs: .unicode) == ["3 values, least 1, most 3, last 3"])
  }

  @Test func gauges() {
    #expect(Gauge.text(0.5, columns: 4, glyphs: .unicode) == "██  ")
    #expect(Gauge.text(0.55, columns: 4, glyphs: .unicode) == "██▎ ")
    #expect(Gauge.text(2, columns: 3, glyphs: .unicode) == "███")
    #expect(Gauge.text(nil, columns: 3, glyphs: .unicode) == "···")
    #expect(Gauge(0.75, label: "48 / 64 Mi").linear(width: 40, glyphs: .unicode) == ["48 / 64 Mi (75 %)"])
  }

  @Test func tabsShrinkToTheirKeys() {
    let tabs = Tabs([.init(key: "1", title: "Voyage"), .init(key: "2", title: "Health"), .init(key: "3", title: "Reschedules")], active: 1)
    let wide = surface(40, 1)
    wide.draw(tabs, in: wide.bounds)
    #expect(wide.buffer.plainText() == [" 1 Voyage  2 Health  3 Reschedules"])
    let narrow = surface(18, 1)
    narrow.draw(tabs, in: narrow.bounds)
    #expect(narrow.buffer.plainText() == [" 1  2 Health  3"])
    #expect(tabs.tab(at: 5, width: 18) == 1)
  }

  @Test func overlaysCoverWhatIsBelow() {
    let surface = surface(20, 5)
    for row in 0..<5 { surface.text(String(repeating: "x", count: 20), x: 0, y: row) }
    surface.draw(Overlay(title: "T", content: Size(columns: 6, rows: 1), body: Paragraph("hello")), in: surface.bounds)
    #expect(
      surface.buffer.plainText() == [
        "xxxxxxxxxxxxxxxxxxxx", "xxxxx┌ T ─────┐xxxxx", "xxxxx│ hello  │xxxxx", "xxxxx└────────┘xxxxx", "xxxxxxxxxxxxxxxxxxxx",
      ])
  }

  @Test func keysAndValues() {
    let surface = surface(16, 3)
    surface.draw(KeyValue([.init("level", "INFO"), .init("path", "a long value")]), in: surface.bounds)
    #expect(surface.buffer.plainText() == ["level  INFO", "path   a long", "       value"])
  }

  @Test func everyComponentHoldsAtAnySize() {
    var random = SeededGenerator(seed: 9)
    for _ in 0..<300 {
      let text = random.text()
      let line = StyledLine(text, .amber)
      let components: [any Component] = [
        Table(columns: [TableColumn(text, min: 3, flex: 1), TableColumn("b", min: 4, priority: 1)], rowCount: 9, selected: 4) { _ in
          TableRow([line, line])
        },
        ListView(count: 3, selected: 2) { _ in line }, Sparkline([1, nil, 3]), Gauge(0.3, label: text),
        Tabs([.init(key: "1", title: text)], active: 0),
        Overlay(title: line, note: line, content: Size(columns: 9, rows: 3), body: Paragraph([line])), Paragraph([line]),
        KeyValue([.init(text, line)]),
        TextInput(prompt: "› ", text: text),
      ]
      let columns = Int.random(in: 0...20, using: &random)
      let glyphs = Bool.random(using: &random) ? Glyphs.ascii : .unicode
      for component in components {
        var surface = surface(columns, Int.random(in: 0...6, using: &random), glyphs)
        component.draw(into: &surface)
        for line in surface.buffer.plainText() { #expect(!glyphs.isASCII || line.utf8.allSatisfy { $0 < 0x80 }) }
        for line in component.linear(width: max(2, columns), glyphs: glyphs) { #expect(TextWidth.width(of: line) <= max(2, columns)) }
      }
    }
  }
}
