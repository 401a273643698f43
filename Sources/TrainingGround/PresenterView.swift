package import Screen
package import TimeFormat
package import Training

/// The presenter's terminal: the notes of the demo that is shown in another one.
package struct PresenterView {
  private let notes: DemoNotes?
  private let now: Timestamp

  package init(_ notes: DemoNotes?, now: Timestamp) {
    self.notes = notes
    self.now = now
  }

  private static let none = "No demo is open. :demo NUMBER in the console opens one; its notes appear here."

  /// `Demo 1: One id through stdout`.
  private var title: String { notes.map { "Demo \($0.demo): \($0.title)" } ?? "Presenter's notes" }

  /// `step 4 of 7 · 2:41 of 6 min`.
  private var progress: String {
    guard let notes else { return "" }
    let place = "step \(notes.phase == .ready ? 0 : notes.step) of \(notes.steps)"
    return "\(place) · \(Self.clock(notes.elapsed(now))) of \(notes.minutes) min"
  }

  private var status: String {
    guard let notes else { return "waiting for a demo" }
    switch notes.phase {
    case .ready: return "ready: > in the console plays the first step"
    case .playing: return "◌ playing the step, \((now - notes.since).brief)"
    case .shown: return "✔ on the screen: > in the console plays the next step"
    case .failed: return "✖ failed: > in the console plays the step again, :skip skips it"
    case .done: return "✔ the last step is on the screen: Esc in the console closes the demo"
    }
  }

  /// Names and texts, in the order in which a presenter needs them.
  private var pairs: [KeyValue.Pair] {
    guard let notes else { return [.init("", StyledLine(Self.none))] }
    var pairs: [KeyValue.Pair] = []
    func add(_ key: String, _ lines: [String], _ role: Role = .text) {
      for (index, line) in lines.enumerated() where !line.isEmpty { pairs.append(.init(index == 0 ? key : "", StyledLine(line, role))) }
      if lines.contains(where: { !$0.isEmpty }) { pairs.append(.init("", StyledLine())) }
    }
    if !notes.trouble.isEmpty { add("Failed", ["✖ \(notes.trouble)"], .amber) }
    add("Say", [notes.say], .strong)
    add("Note", [notes.note])
    add("Does", notes.does)
    add("Expects", notes.expects)
    add("If it fails", [notes.fallback])
    add("Next", [notes.next], .dim)
    if notes.phase == .done { add("Then", ["periplus demo shown \(notes.demo) records that it was shown."]) }
    return pairs.dropLast().map { $0 }
  }

  /// How far the text can be scrolled on a screen of this size.
  package func longestScroll(_ size: Size) -> Int { max(0, KeyValue(pairs).height(columns: size.columns - 2) - (size.rows - 3)) }

  package func screen(size: Size, theme: Theme, glyphs: Glyphs, scroll: Int) -> CellBuffer {
    let surface = Surface(size: size, theme: theme, glyphs: glyphs)
    let width = size.columns
    surface.text(" \(title)", x: 0, y: 0, role: .title, width: max(0, width - TextWidth.width(of: progress) - 3))
    surface.text("\(progress) ", x: 0, y: 0, role: .strong, width: width, align: .right)
    surface.hline(y: 1)
    let room = max(0, size.rows - 3)
    let top = min(scroll, longestScroll(size))
    surface.draw(KeyValue(pairs, scroll: top), in: Rect(x: 1, y: 2, width: max(0, width - 2), height: room))
    let more = longestScroll(size) > 0 ? "j k scroll   " : ""
    surface.text(" \(status)", x: 0, y: size.rows - 1, role: .dim, width: max(0, width - TextWidth.width(of: more) - 10))
    surface.line(
      [StyledRun(more, .dim), StyledRun("q", .key), StyledRun(" quit ", .dim)], x: 0, y: size.rows - 1, width: width, align: .right)
    return surface.buffer
  }

  /// The same as lines of text.
  package func lines(width: Int) -> [String] {
    guard notes != nil else { return TextWidth.wrap(Self.none, columns: width) }
    var lines = ["\(title)  \(progress)", ""]
    var key = ""
    for pair in pairs {
      if !pair.key.isEmpty { key = pair.key }
      if pair.value.isEmpty { continue }
      lines += TextWidth.wrap(Visible.text("\(key): \(pair.value.text)"), columns: width)
    }
    return lines + ["", status]
  }

  /// `2:41`, of an hour and more `1:02:41`.
  private static func clock(_ duration: Duration) -> String {
    let seconds = max(0, duration.nanoseconds / 1_000_000_000)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":\(two(seconds % 60))"
  }
}
