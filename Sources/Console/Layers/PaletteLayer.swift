import Screen
import Views

/// Every command, workload and recent request under fuzzy search; a command may be followed by its argument.
struct PaletteLayer: Sendable {
  struct Item: Sendable, Hashable {
    var title: String
    var detail: String
    var key: String
    var command: CommandID
    var argument: String
    /// Other words that name it whole.
    var aliases: [String] = []
    var disabled: String? = nil
    var takesArgument: String? = nil

    func isCalled(_ name: String) -> Bool { title == name || aliases.contains(name) }
  }

  var input: TextInput
  var list = ListState()
  /// Whether the row was chosen with the arrows.
  private var isChosen = false
  /// The best matches, as indices.
  private(set) var shown: [Int] = []
  private let index: PaletteIndex
  /// What was last searched for, and every index that matched: more letters match a part of it.
  private var searched = ""
  private var matching: [Int]
  /// Nobody walks through more.
  private static let most = 200

  init(index: PaletteIndex, history: [String], text: String = "") {
    self.index = index
    matching = Array(index.indices)
    input = TextInput(prompt: ":", text: text, placeholder: "a command, a workload, a request id", history: history)
    filter()
  }

  var shownItems: [Item] { shown.map(index.item) }

  private var selected: Item? { shown.indices.contains(list.selected) ? index.item(shown[list.selected]) : nil }

  /// The first word, and what follows it.
  private var words: (name: String, argument: String) {
    let text = input.text.trimmed
    guard let blank = text.firstIndex(of: " ") else { return (text, "") }
    return (String(text[..<blank]), String(text[text.index(after: blank)...]).trimmed)
  }

  private mutating func filter() {
    let (name, argument) = words
    list = ListState()
    isChosen = false
    if !argument.isEmpty, let exact = index.command(name) {
      shown = [exact]
      return
    }
    let text = input.text.trimmed
    if !text.hasPrefix(searched) { matching = Array(index.indices) }
    (shown, matching) = index.search(text, among: matching, limit: Self.most)
    searched = text
  }

  mutating func handle(_ press: KeyPress) -> LayerOutcome {
    switch (press.code, press.modifiers) {
    case (.down, []), (.character("j"), .control):
      list.selected = min(list.selected + 1, max(0, shown.count - 1))
      isChosen = true
    case (.up, []) where list.selected > 0:
      list.selected -= 1
      isChosen = true
    case (.tab, _):
      if let selected {
        input.text = selected.title + (selected.takesArgument == nil ? "" : " ")
        filter()
      }
    case (.enter, _): return submit()
    default:
      switch input.handle(press) {
      case .cancelled: return .closed
      case .changed: filter()
      default: break
      }
    }
    return .consumed
  }

  /// At once: searched for letter by letter, a clipboard of a megabyte would take minutes.
  mutating func paste(_ text: String) {
    if case .changed = input.insert(text.filter { !$0.isNewline }) { filter() }
  }

  mutating func submit() -> LayerOutcome {
    let text = input.text.trimmed
    guard let item = selected else { return .say(index.refusal(text)) }
    // What was only found by its description was not asked for by name: that takes an arrow.
    guard isChosen || text.isEmpty || item.isCalled(words.name) || FuzzyMatch.score(text, in: item.title) != nil else {
      return .say(index.refusal(text))
    }
    let argument = words.argument
    return .runs(item.command, item.argument.isEmpty && item.takesArgument != nil && item.isCalled(words.name) ? argument : item.argument)
  }

  func draw(_ surface: Surface) {
    let width = min(92, max(24, surface.boxColumns))
    let rows = min(14, max(3, surface.height - 8))
    let frame = Rect(x: (surface.width - width - 4) / 2, y: max(1, (surface.height - rows - 5) / 3), width: width + 4, height: rows + 5)
    surface.clear(behind: frame)
    var title = StyledLine("Palette", .title)
    if matching.count > shown.count, shown.count == Self.most { title.append("  best \(shown.count) of \(matching.count)", .dim) }
    surface.box(frame, title: title, note: StyledLine("Tab complete   Enter run   Esc close", .dim), role: .accent)
    surface.hideCursor()
    let inner = frame.inset(horizontal: 2, vertical: 1)
    surface.hline(x: inner.x, y: inner.y + 1, width: inner.width)
    let top = Table.scroll(from: list.top, selected: list.selected, rowCount: shown.count, visible: rows)
    for (row, place) in shown.dropFirst(top).prefix(rows).enumerated() {
      let item = index.item(place)
      let y = inner.y + 2 + row
      let isOff = item.disabled != nil
      let keyWidth = TextWidth.width(of: item.key)
      let title = item.title + (item.takesArgument.map { " \($0)" } ?? "")
      var line = StyledLine(title.padding(to: 18), isOff ? .disabled : .strong)
      line.append("  " + item.detail, .dim)
      surface.line(line, x: inner.x + 2, y: y, width: max(0, inner.width - keyWidth - 4))
      surface.text(item.key, x: inner.endX - keyWidth, y: y, role: isOff ? .disabled : .key, width: keyWidth)
      if top + row == list.selected {
        surface.highlight(Rect(x: inner.x, y: y, width: inner.width, height: 1))
        surface.text(surface.glyphs.pointer, x: inner.x, y: y, style: surface.theme[.selection], width: 1)
      }
    }
    if shown.isEmpty { surface.text("nothing matches", x: inner.x + 2, y: inner.y + 2, role: .dim) }
    let selected = selected
    let last = selected.map { $0.disabled.map { "not now: \($0)" } ?? $0.detail } ?? ""
    surface.text(last, x: inner.x, y: inner.endY - 1, role: selected?.disabled == nil ? .text : .disabled, width: inner.width)
    surface.draw(input, in: Rect(x: inner.x, y: inner.y, width: inner.width, height: 1))
  }
}
