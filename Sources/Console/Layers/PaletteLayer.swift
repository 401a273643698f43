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
    var disabled: String?
    var takesArgument: String?
  }

  var input: TextInput
  var list = ListCursor()
  private(set) var all: [Item]
  private(set) var shown: [Item] = []

  init(items: [Item], history: [String], text: String = "") {
    all = items
    input = TextInput(prompt: ":", text: text, placeholder: "a command, a workload, a request id", history: history)
    filter()
  }

  /// The first word, and what follows it.
  private var words: (name: String, argument: String) {
    let text = input.text.trimmed
    guard let blank = text.firstIndex(of: " ") else { return (text, "") }
    return (String(text[..<blank]), String(text[text.index(after: blank)...]).trimmed)
  }

  private mutating func filter() {
    let (name, argument) = words
    if !argument.isEmpty, let exact = all.first(where: { $0.title == name && $0.takesArgument != nil }) {
      shown = [exact]
    } else {
      let needle = input.text.trimmed
      shown = all.compactMap { item -> (Item, Int)? in
        guard let score = FuzzyMatch.score(needle, in: item.title) ?? FuzzyMatch.score(needle, in: item.detail).map({ $0 - 40 }) else {
          return nil
        }
        return (item, score + (item.title == needle ? 1000 : 0) - (item.disabled == nil ? 0 : 4))
      }.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element.0)
    }
    list = ListCursor()
  }

  mutating func handle(_ press: KeyPress) -> LayerOutcome {
    switch (press.code, press.modifiers) {
    case (.down, []), (.character("j"), .control): list.selected = min(list.selected + 1, max(0, shown.count - 1))
    case (.up, []) where list.selected > 0: list.selected -= 1
    case (.tab, _):
      if shown.indices.contains(list.selected) {
        input.text = shown[list.selected].title + (shown[list.selected].takesArgument == nil ? "" : " ")
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

  mutating func submit() -> LayerOutcome {
    guard shown.indices.contains(list.selected) else { return .say("There is no command \"\(input.text.trimmed)\"; ? lists them.") }
    let item = shown[list.selected]
    let argument = words.argument
    return .runs(item.command, item.argument.isEmpty && item.takesArgument != nil && item.title == words.name ? argument : item.argument)
  }

  func draw(_ surface: Surface) {
    let width = min(88, max(24, surface.width - 8))
    let rows = min(14, max(3, surface.height - 8))
    let frame = Rect(x: (surface.width - width - 4) / 2, y: max(1, (surface.height - rows - 5) / 3), width: width + 4, height: rows + 5)
    surface.fill(frame)
    surface.box(frame, title: StyledLine("Palette", .title), note: StyledLine("Tab complete   Enter run   Esc close", .dim), role: .accent)
    surface.hideCursor()
    let inner = frame.inset(horizontal: 2, vertical: 1)
    surface.hline(x: inner.x, y: inner.y + 1, width: inner.width)
    let top = Table.scroll(from: list.top, selected: list.selected, rowCount: shown.count, visible: rows)
    for (row, item) in shown.dropFirst(top).prefix(rows).enumerated() {
      let y = inner.y + 2 + row
      let isOff = item.disabled != nil
      let keyWidth = TextWidth.width(of: item.key)
      var line = StyledLine(item.title + (item.takesArgument.map { " \($0)" } ?? ""), isOff ? .disabled : .strong)
      line.append("  " + item.detail, .dim)
      surface.line(line, x: inner.x + 2, y: y, width: max(0, inner.width - keyWidth - 4))
      surface.text(item.key, x: inner.endX - keyWidth, y: y, role: isOff ? .disabled : .key, width: keyWidth)
      if top + row == list.selected {
        surface.highlight(Rect(x: inner.x, y: y, width: inner.width, height: 1))
        surface.text(surface.glyphs.pointer, x: inner.x, y: y, style: surface.theme[.selection], width: 1)
      }
    }
    if shown.isEmpty { surface.text("nothing matches", x: inner.x + 2, y: inner.y + 2, role: .dim) }
    let selected = shown.indices.contains(list.selected) ? shown[list.selected] : nil
    let last = selected.map { $0.disabled.map { "not now: \($0)" } ?? $0.detail } ?? ""
    surface.text(last, x: inner.x, y: inner.endY - 1, role: selected?.disabled == nil ? .text : .disabled, width: inner.width)
    surface.draw(input, in: Rect(x: inner.x, y: inner.y, width: inner.width, height: 1))
  }
}
