/// Untrusted text made safe to show.
///
/// A terminal obeys escape sequences wherever they come from, and bidirectional overrides make text read as something it is not
/// ("Trojan Source", CVE-2021-42574). Both are shown as symbols instead.
package enum Visible {
  /// Columns between tab stops, counted from the beginning of the text.
  package static let tabWidth = 4

  /// `text` with tabs expanded and every control character, escape and invisible or reordering character shown as a visible symbol:
  /// `␛` (in ASCII `^[`), `<U+202E>`.
  package static func text(_ text: String, ascii: Bool = false) -> String {
    if TextWidth.isPrintableASCII(text) || !text.unicodeScalars.contains(where: isUnsafe) { return text }
    var result = String.UnicodeScalarView()
    var column = 0
    for scalar in text.unicodeScalars {
      guard isUnsafe(scalar) else {
        result.append(scalar)
        column += TextWidth.width(of: scalar)
        continue
      }
      let symbol = scalar == "\t" ? String(repeating: " ", count: tabWidth - column % tabWidth) : self.symbol(of: scalar, ascii: ascii)
      result.append(contentsOf: symbol.unicodeScalars)
      column += symbol.unicodeScalars.count
    }
    return String(result)
  }

  /// One JSON document, in which what `text(_:)` would show as a symbol stands as an escape (RFC 8259 section 7): the same value, and
  /// nothing that a terminal obeys. JSON itself escapes the first 32 characters only.
  package static func json(_ line: String) -> String {
    guard line.unicodeScalars.contains(where: { $0.value >= 0x7F && isUnsafe($0) }) else { return line }
    var result = String.UnicodeScalarView()
    for scalar in line.unicodeScalars {
      guard scalar.value >= 0x7F, isUnsafe(scalar) else {
        result.append(scalar)
        continue
      }
      for unit in String(Character(scalar)).utf16 { result.append(contentsOf: "\\u\(hex4(UInt32(unit)).lowercased())".unicodeScalars) }
    }
    return String(result)
  }

  /// Whether a grapheme holds anything that `text(_:)` would replace.
  package static func isUnsafe(_ grapheme: Character) -> Bool {
    grapheme.unicodeScalars.contains(where: isUnsafe)
  }

  private static func symbol(of scalar: Unicode.Scalar, ascii: Bool) -> String {
    switch scalar.value {
    case 0..<0x20:
      if ascii { return "^" + String(Character(Unicode.Scalar(UInt8(scalar.value) + 0x40))) }
      return String(Character(Unicode.Scalar(0x2400 + scalar.value) ?? "?"))
    case 0x7F: return ascii ? "^?" : "␡"
    default:
      return "<U+\(hex4(scalar.value))>"
    }
  }

  /// At least four digits.
  private static func hex4(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD: true
    // Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9).
    case 0x61C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    // Line and paragraph separators, and characters that take no column and hide in a word.
    case 0x180E, 0x200B, 0x2028, 0x2029, 0x2060...0x2065, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
    default: false
    }
  }
}
