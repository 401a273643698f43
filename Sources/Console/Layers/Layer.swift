import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
import Views

/// What lies over the page. The compositor asks the front one first: consumed or ignored.
enum Layer: Sendable {
  case text(TextLayer)
  case help(HelpLayer)
  case palette(PaletteLayer)
  case search(SearchLayer)
  case confirm(ConfirmLayer)
  case pick(PickLayer)
}

extension Layer {
  /// The layer as lines of text, for `--linear`.
  func linear(_ state: ConsoleState) -> [String] {
    switch self {
    case .text(let layer): [layer.title] + layer.lines.map(\.text)
    case .help(let layer): ["Keys of \(state.spec.title)"] + layer.lines(state).map(\.text)
    case .palette(let layer):
      ["Palette"]
        + layer.shownItems.map { "\($0.title): \($0.detail)\($0.key.isEmpty ? "" : " (\($0.key))")" }
    case .search(let layer): ["Search: \(layer.input.text)"]
    case .confirm(let layer): [layer.title] + layer.lines + [layer.wanted == nil ? "y yes, n no" : "Type the name to confirm."]
    case .pick(let layer): layer.linear
    }
  }
}

/// What a layer did with a key.
enum LayerOutcome {
  case ignored
  case consumed
  case closed
  /// Close, then run a command.
  case runs(CommandID, String)
  /// Close, then go to a place.
  case goes(Place)
  /// Close, then open the palette with what is still to be completed.
  case types(String)
  case effects([Effect])
  case say(String)
}

/// Lines to read: an explanation, sources, a record in full.
struct TextLayer: Sendable {
  var title: String
  var lines: [StyledLine]
  var scroll = 0
  /// Blanks before what goes on from a line.
  var hanging = 2
  var note = "Esc close"
  /// The other form of a record, and whether this is the raw one.
  var record: LogRecord?
  var isRaw = false
  /// The number of the query whose answer is to stand here.
  var awaits: Int?
  /// The row that the lines are about: commands of rows lead on from here.
  var row: Selection?
  /// The object that the lines are about.
  var object: Selection.WorkloadName?
  var face = TimeDisplay.utc

  init(title: String, lines: [StyledLine]) {
    self.title = title
    self.lines = lines.isEmpty ? [StyledLine("Nothing to say about the row.", .dim)] : lines
  }

  init(title: String, lines: [String]) { self.init(title: title, lines: lines.map { StyledLine($0) }) }

  /// Names and texts in two columns.
  init(title: String, pairs: [(key: String, text: String)]) {
    let width = pairs.map { TextWidth.width(of: $0.key) }.max() ?? 0
    self.init(title: title, lines: pairs.map { [StyledRun($0.key.padding(to: width) + "  ", .dim), StyledRun($0.text)] })
    hanging = width + 2
  }

  static func record(_ record: LogRecord, face: TimeDisplay, isRaw: Bool) -> TextLayer {
    var lines: [StyledLine]
    var hanging = 0
    if isRaw {
      lines = [StyledLine(String(decoding: record.raw, as: UTF8.self))]
    } else {
      let fields = LogsView.detail(record, face: face)
      let width = min(28, fields.map { TextWidth.width(of: $0.key) }.max() ?? 0)
      lines = fields.map { [StyledRun($0.key.padding(to: width) + "  ", .dim), StyledRun($0.value)] }
      hanging = width + 2
    }
    var layer = TextLayer(title: isRaw ? "Record, raw" : "Record", lines: lines)
    layer.note = isRaw ? "J table   y copy   Esc close" : "J raw JSON   y copy   r request   Esc close"
    layer.hanging = hanging
    layer.record = record
    layer.isRaw = isRaw
    layer.face = face
    return layer
  }

  private static func row(of record: LogRecord) -> Selection {
    var row = Selection()
    (row.record, row.requestID) = (record, record.requestID)
    return row
  }

  mutating func handle(_ press: KeyPress, _ command: CommandID?, height: Int) -> LayerOutcome {
    switch command {
    case .back, .enter, .explain, .quit: return .closed
    case .down: scroll += 1
    case .up: scroll = max(0, scroll - 1)
    case .pageDown, .halfDown: scroll += max(1, height - 6)
    case .pageUp, .halfUp: scroll = max(0, scroll - max(1, height - 6))
    case .top: scroll = 0
    case .raw:
      guard let record else { return .consumed }
      self = .record(record, face: face, isRaw: !isRaw)
    case .copy:
      let text = record.map { String(decoding: $0.raw, as: UTF8.self) } ?? lines.map(\.text).joined(separator: "\n")
      return .effects([.copy(text, what: record == nil ? "text" : "record")])
    case .some(let id):
      guard let command = CommandTable.command(id) else { return .consumed }
      // Who goes on to another page is done reading.
      if command.opensPage { return .runs(id, "") }
      if row != nil, command.group == .act { return .runs(id, "") }
      guard case .leads(let place) = command.action, let row = row ?? record.map(Self.row) else { return .consumed }
      return place(row, "").map { .goes($0) } ?? .say("There is no \(command.name) here.")
    case nil: return .consumed
    }
    scroll = min(scroll, max(0, lines.count * 4))
    return .consumed
  }

  func draw(_ surface: Surface) {
    let width = min(max(50, lines.map(\.width).max() ?? 0), surface.boxColumns)
    let body = lines.flatMap { Paragraph.wrap($0, columns: width, hanging: hanging) }
    let height = min(body.count, max(3, surface.height - 4))
    let top = max(0, min(scroll, body.count - height))
    let more = body.count > height ? "  \(top + 1)–\(top + height) of \(body.count), j k scroll   " : ""
    let overlay = Overlay(
      title: StyledLine(title, .title), note: StyledLine(more + note, .dim), content: Size(columns: width, rows: height),
      body: Paragraph(body, wraps: false, scroll: top))
    surface.clear(behind: overlay.frame(in: surface.size))
    surface.draw(overlay, in: surface.bounds)
  }
}

/// The search box at the foot of the page.
struct SearchLayer: Sendable {
  var input: TextInput
  /// The filter and the cursors from before, where the page filters while one types.
  var before: (filter: String, lists: [ListState])?

  init(prompt: String, text: String, placeholder: String, history: [String]) {
    input = TextInput(prompt: prompt, text: text, placeholder: placeholder, history: history)
  }

  mutating func handle(_ press: KeyPress) -> LayerOutcome {
    switch input.handle(press) {
    case .submitted(let text): .runs(.search, text.trimmed)
    case .cancelled: .closed
    default: .consumed
    }
  }

  func draw(_ surface: Surface) {
    let row = Rect(x: 0, y: surface.height - 1, width: surface.width, height: 1)
    surface.fill(row)
    surface.draw(input, in: row.inset(left: 1))
  }
}

/// A question before something is done to a cluster, or something is lost; on production the name is to be typed.
struct ConfirmLayer: Sendable {
  var title: String
  var lines: [String]
  /// What is done after a yes.
  var effects: [Effect]
  /// What has to be typed; `nil`: `y` is enough.
  var wanted: String?
  var input = TextInput(prompt: "Type the name to confirm: ")

  mutating func handle(_ press: KeyPress) -> LayerOutcome {
    guard let wanted else {
      if press == .character("y") || press == .character("Y") { return .effects(effects) }
      if press.code == .escape || press == .character("n") || press == .character("N") || press == .character("q") { return .closed }
      return .consumed
    }
    switch input.handle(press) {
    case .cancelled: return .closed
    case .submitted(let text):
      if text == wanted { return .effects(effects) }
      input.text = ""
      return .say("That is not the name; nothing was done.")
    default: return .consumed
    }
  }

  func draw(_ surface: Surface) {
    let longest = lines.map { TextWidth.width(of: $0) }.max() ?? 0
    let width = min(max(48, TextWidth.width(of: title) + 2, min(72, longest)), surface.boxColumns)
    var body = lines.flatMap { Paragraph.wrap(StyledLine($0), columns: width) }
    if wanted == nil {
      body.append([StyledRun("y ", .key), StyledRun("yes   "), StyledRun("n ", .key), StyledRun("no")])
    } else {
      body.append(StyledLine())
    }
    let overlay = Overlay(
      title: StyledLine(title, .strong), note: StyledLine("Esc cancel", .dim), content: Size(columns: width, rows: body.count),
      role: .amber,
      body: Paragraph(body, wraps: false))
    surface.clear(behind: overlay.frame(in: surface.size))
    surface.draw(overlay, in: surface.bounds)
    if wanted != nil {
      let frame = overlay.frame(in: surface.size)
      surface.draw(input, in: Rect(x: frame.x + 2, y: frame.endY - 2, width: max(0, frame.width - 4), height: 1))
    }
  }
}
