/// The columns that text takes on a terminal; computed here, because what a terminal is asked to draw must fit whatever it holds.
package enum TextWidth {
  /// Columns of one scalar by itself: 0, 1 or 2. Control characters count 0.
  package static func width(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x7F { return value < 0x20 ? 0 : 1 }
    if value < 0x300 { return value < 0xA0 ? 0 : 1 }
    if WidthTables.contains(value, in: WidthTables.zero) { return 0 }
    if value >= 0x1100, WidthTables.contains(value, in: WidthTables.wide) { return 2 }
    return 1
  }

  /// Columns of one grapheme cluster: 0, 1 or 2.
  package static func width(of grapheme: Character) -> Int {
    let scalars = grapheme.unicodeScalars
    guard let first = scalars.first else { return 0 }
    var rest = scalars.dropFirst()
    var total = width(of: first)
    while let next = rest.popFirst() {
      // VARIATION SELECTOR-16 asks for the emoji form, which is wide (UTS #51); a joined sequence is drawn as one emoji.
      if next.value == 0xFE0F, isEmoji(first) { return 2 }
      if next.value == 0x200D, total == 2 { return 2 }
      total += width(of: next)
    }
    return min(2, total)
  }

  /// Columns of a text without control characters.
  package static func width(of text: String) -> Int {
    if isPrintableASCII(text) { return text.utf8.count }
    return text.reduce(0) { $0 + width(of: $1) }
  }

  private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isEmoji
  }

  package static func isASCII(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 < 0x80 }
  }

  package static func isPrintableASCII(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// `text` in at most `columns`: unchanged when it fits, else its beginning and `ellipsis`.
  ///
  /// - Parameter always: end with `ellipsis` even when the text fits, for text whose continuation is not shown.
  package static func truncate(_ text: String, to columns: Int, ellipsis: String = "…", always: Bool = false) -> String {
    guard columns > 0 else { return "" }
    let full = width(of: text)
    let sign = width(of: ellipsis)
    if always ? full + sign <= columns : full <= columns { return always ? text + ellipsis : text }
    guard sign <= columns else { return prefix(text, columns: columns) }
    return prefix(text, columns: columns - sign) + ellipsis
  }

  /// The end of `text` in at most `columns`, after `ellipsis` when the beginning is left out.
  package static func truncateStart(_ text: String, to columns: Int, ellipsis: String = "…") -> String {
    guard columns > 0 else { return "" }
    guard width(of: text) > columns else { return text }
    let room = max(0, columns - width(of: ellipsis))
    var kept: [Character] = []
    var used = 0
    for grapheme in text.reversed() {
      used += width(of: grapheme)
      if used > room { break }
      kept.append(grapheme)
    }
    return (width(of: ellipsis) <= columns ? ellipsis : "") + String(kept.reversed())
  }

  /// The longest beginning of `text` that fits into `columns`.
  package static func prefix(_ text: String, columns: Int) -> String {
    var used = 0
    var result = ""
    for grapheme in text {
      used += width(of: grapheme)
      if used > columns { break }
      result.append(grapheme)
    }
    return result
  }

  /// `text` in exactly `columns`: cut with `ellipsis` or filled with blanks.
  package static func pad(_ text: String, to columns: Int, align: Alignment = .left, ellipsis: String = "…") -> String {
    let shown = truncate(text, to: columns, ellipsis: ellipsis)
    let blanks = max(0, columns - width(of: shown))
    switch align {
    case .left: return shown + String(repeating: " ", count: blanks)
    case .right: return String(repeating: " ", count: blanks) + shown
    case .center: return String(repeating: " ", count: blanks / 2) + shown + String(repeating: " ", count: blanks - blanks / 2)
    }
  }

  /// `text` in lines of at most `columns`, broken at blanks where there are any; line feeds break too.
  package static func wrap(_ text: String, columns: Int) -> [String] {
    Paragraph.wrap(StyledLine(text), columns: columns).map(\.text)
  }
}
