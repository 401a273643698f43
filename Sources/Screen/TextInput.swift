/// A line the user types, with the usual editing keys and a history.
package struct TextInput: Component, Equatable, Sendable {
  /// What a key did.
  package enum Outcome: Equatable, Sendable {
    case changed
    case moved
    case submitted(String)
    case cancelled
    /// The key means nothing here; it is someone else's.
    case ignored
  }

  package var prompt: String
  package var placeholder: String
  private var graphemes: [Character]
  /// Graphemes before the cursor.
  package private(set) var cursor: Int
  /// Earlier entries, the latest last.
  package private(set) var history: [String]
  private var historyIndex: Int?
  private var draft: String = ""

  /// The most scalars of the text: a line that somebody types. What is pasted beyond is left out, so that neither a frame nor a key
  /// costs more than a few milliseconds, whatever a clipboard held.
  package static let longest = 4096
  /// Entries kept; older ones are forgotten.
  package static let historyLimit = 200

  package init(prompt: String = "", text: String = "", placeholder: String = "", history: [String] = []) {
    self.prompt = prompt
    self.placeholder = placeholder
    self.graphemes = Array(TextInput.cut(text, to: TextInput.longest))
    self.cursor = graphemes.count
    self.history = Array(history.suffix(TextInput.historyLimit))
  }

  package var text: String {
    get { String(graphemes) }
    set {
      graphemes = Array(TextInput.cut(newValue, to: TextInput.longest))
      cursor = graphemes.count
      historyIndex = nil
    }
  }

  package mutating func handle(_ key: KeyPress) -> Outcome {
    if let character = key.text { return insert(String(character)) }
    switch (key.code, key.modifiers) {
    case (.enter, _): return submit()
    case (.escape, _): return .cancelled
    case (.left, []), (.character("b"), .control): return move(to: cursor - 1)
    case (.right, []), (.character("f"), .control): return move(to: cursor + 1)
    case (.home, _), (.character("a"), .control): return move(to: 0)
    case (.end, _), (.character("e"), .control): return move(to: graphemes.count)
    case (.left, .control), (.left, .alt), (.character("b"), .alt): return move(to: wordStart())
    case (.right, .control), (.right, .alt), (.character("f"), .alt): return move(to: wordEnd())
    case (.backspace, .alt), (.character("w"), .control), (.backspace, .control): return remove(wordStart()..<cursor)
    case (.character("d"), .alt): return remove(cursor..<wordEnd())
    case (.backspace, _), (.character("h"), .control): return remove(max(0, cursor - 1)..<cursor)
    case (.delete, _), (.character("d"), .control): return remove(cursor..<min(graphemes.count, cursor + 1))
    case (.character("u"), .control): return remove(0..<cursor)
    case (.character("k"), .control): return remove(cursor..<graphemes.count)
    case (.up, _), (.character("p"), .control): return recall(by: -1)
    case (.down, _), (.character("n"), .control): return recall(by: 1)
    default: return .ignored
    }
  }

  private static func cut(_ text: String, to count: Int) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex), end < scalars.endIndex else {
      return text
    }
    return String(scalars[..<end])
  }

  /// Inserts typed or pasted text, as much as there is room for; line breaks become blanks.
  package mutating func insert(_ text: String) -> Outcome {
    let room = TextInput.longest - graphemes.reduce(0) { $0 + $1.unicodeScalars.count }
    let added = TextInput.cut(text, to: max(0, room)).map { $0.isNewline || $0 == "\t" ? " " : $0 }
    guard !added.isEmpty else { return .moved }
    // A combining mark may join the grapheme before the cursor, so positions are counted anew.
    let before = String(graphemes[..<cursor]) + String(added)
    let after = String(graphemes[cursor...])
    graphemes = Array(before + after)
    cursor = min(graphemes.count, before.count)
    historyIndex = nil
    return .changed
  }

  /// Remembers `entry` as the latest; the same entry is kept once.
  package mutating func remember(_ entry: String) {
    guard !entry.isEmpty else { return }
    history.removeAll { $0 == entry }
    history.append(entry)
    if history.count > TextInput.historyLimit { history.removeFirst(history.count - TextInput.historyLimit) }
    historyIndex = nil
  }

  private mutating func submit() -> Outcome {
    let entry = text
    remember(entry)
    return .submitted(entry)
  }

  private mutating func move(to position: Int) -> Outcome {
    cursor = min(max(0, position), graphemes.count)
    return .moved
  }

  private mutating func remove(_ range: Range<Int>) -> Outcome {
    guard !range.isEmpty else { return .moved }
    graphemes.removeSubrange(range)
    cursor = range.lowerBound
    historyIndex = nil
    return .changed
  }

  private func wordStart() -> Int {
    var position = cursor
    while position > 0, !TextInput.isWord(graphemes[position - 1]) { position -= 1 }
    while position > 0, TextInput.isWord(graphemes[position - 1]) { position -= 1 }
    return position
  }

  private func wordEnd() -> Int {
    var position = cursor
    while position < graphemes.count, !TextInput.isWord(graphemes[position]) { position += 1 }
    while position < graphemes.count, TextInput.isWord(graphemes[position]) { position += 1 }
    return position
  }

  private static func isWord(_ grapheme: Character) -> Bool {
    grapheme.isLetter || grapheme.isNumber || grapheme == "_"
  }

  private mutating func recall(by step: Int) -> Outcome {
    guard !history.isEmpty else { return .moved }
    if historyIndex == nil { draft = text }
    let next = (historyIndex ?? history.count) + step
    guard next >= 0 else { return .moved }
    if next >= history.count {
      guard historyIndex != nil else { return .moved }
      text = draft
    } else {
      text = history[next]
      historyIndex = next
    }
    return .changed
  }

  package func draw(into surface: inout Surface) {
    guard surface.width > 0, surface.height > 0 else { return }
    let start = surface.text(prompt, x: 0, y: 0, role: .accent, width: surface.width)
    let room = surface.width - start
    guard room > 0 else { return }
    if graphemes.isEmpty { surface.text(placeholder, x: start, y: 0, role: .placeholder, width: room) }
    let shown = graphemes.map { Visible.text(String($0), ascii: surface.glyphs.isASCII) }
    let widths = shown.map(TextWidth.width(of:))
    // The beginning scrolls out so that the cursor, which needs a column itself, stays in sight.
    var first = 0
    var used = widths[..<cursor].reduce(0, +)
    let reserve = 1
    while first < cursor, used > room - reserve - (first > 0 ? 1 : 0) {
      used -= widths[first]
      first += 1
    }
    var x = start
    if first > 0 { x += surface.text(surface.glyphs.left, x: x, y: 0, role: .dim, width: 1) }
    surface.text(shown[first...].joined(), x: x, y: 0, role: .input, width: start + room - x)
    surface.showCursor(x: x + used, y: 0)
  }

  package func linear(width: Int, glyphs: Glyphs) -> [String] {
    let shown = graphemes.isEmpty ? placeholder : text
    return TextWidth.wrap(glyphs.adapted(Visible.text(prompt + shown, ascii: glyphs.isASCII)), columns: width)
  }
}
