/// The symbols of the console, in Unicode or in ASCII.
package struct Glyphs: Equatable, Sendable {
  package let isASCII: Bool
  // Status.
  package let ok: String
  package let fault: String
  package let warning: String
  package let unknown: String
  package let live: String
  package let planned: String
  // Marks.
  package let pointer: String
  package let dead: String
  package let record: String
  package let message: String
  package let separator: String
  package let ellipsis: String
  package let dot: String
  package let arrow: String
  package let path: String
  package let dropDown: String
  package let times: String
  package let dash: String
  package let bar: String
  package let prompt: String
  package let ascending: String
  package let descending: String
  package let folded: String
  package let unfolded: String
  package let check: String
  package let middleDot: String
  package let up: String
  package let down: String
  package let left: String
  package let right: String
  // Lines and boxes.
  package let horizontal: String
  package let vertical: String
  package let topLeft: String
  package let topRight: String
  package let bottomLeft: String
  package let bottomRight: String
  package let teeLeft: String
  package let teeRight: String
  package let treeBranch: String
  package let treeEnd: String
  package let spanStart: String
  package let spanLine: String
  package let spanEnd: String
  // Graded symbols, from nothing to full.
  package let sparks: [String]
  package let eighths: [String]
  package let track: String

  package static let unicode = Glyphs(
    isASCII: false, ok: "✔", fault: "✖", warning: "▲", unknown: "◌", live: "●", planned: "·", pointer: "▸", dead: "✝", record: "●",
    message: "◆", separator: "▏", ellipsis: "…", dot: "●", arrow: "→", path: "›", dropDown: "▾", times: "×", dash: "–", bar: "█",
    prompt: "›", ascending: "▴", descending: "▾", folded: "▸", unfolded: "▾", check: "✔", middleDot: "·", up: "↑", down: "↓",
    left: "←", right: "→", horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘",
    teeLeft: "├", teeRight: "┤", treeBranch: "├─", treeEnd: "└─", spanStart: "├", spanLine: "─", spanEnd: "┤",
    sparks: ["·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], eighths: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], track: " ")

  package static let ascii = Glyphs(
    isASCII: true, ok: "+", fault: "x", warning: "!", unknown: "?", live: "*", planned: ".", pointer: ">", dead: "X", record: "o",
    message: "#", separator: "|", ellipsis: "~", dot: "*", arrow: "->", path: ">", dropDown: "v", times: "x", dash: "-", bar: "#",
    prompt: ">", ascending: "^", descending: "v", folded: "+", unfolded: "-", check: "+", middleDot: ".", up: "^", down: "v",
    left: "<", right: ">", horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
    teeLeft: "+", teeRight: "+", treeBranch: "|-", treeEnd: "`-", spanStart: "|", spanLine: "-", spanEnd: "|",
    sparks: [" ", ".", ".", ":", "-", "=", "+", "*", "#"], eighths: [" ", " ", " ", " ", "=", "=", "=", "=", "#"], track: ".")

  /// Text of the program in this set: in ASCII the symbols that `unicode` has are replaced by their fallbacks, anything else by `?`.
  package func adapted(_ text: String) -> String {
    guard isASCII, !TextWidth.isASCII(text) else { return text }
    var result = ""
    for grapheme in text {
      if grapheme.isASCII {
        result.append(grapheme)
      } else {
        result += Glyphs.fallbacks[grapheme] ?? String(repeating: "?", count: max(1, TextWidth.width(of: grapheme)))
      }
    }
    return result
  }

  private static let fallbacks: [Character: String] = {
    var table: [Character: String] = [
      "−": "-", "—": "-", "“": "\"", "”": "\"", "’": "'", "‘": "'", "≥": ">=", "≤": "<=", "µ": "u", "°": "o", "⟳": "@", "⚠": "!",
    ]
    let pairs: [KeyPath<Glyphs, String>] = [
      \.ok, \.fault, \.warning, \.unknown, \.live, \.planned, \.pointer, \.dead, \.message, \.separator, \.ellipsis, \.arrow, \.path,
      \.dropDown, \.times, \.dash, \.bar, \.ascending, \.up, \.down, \.left, \.horizontal, \.vertical, \.topLeft, \.topRight,
      \.bottomLeft, \.bottomRight, \.teeLeft, \.teeRight,
    ]
    for path in pairs {
      if let grapheme = Glyphs.unicode[keyPath: path].first, !grapheme.isASCII { table[grapheme] = Glyphs.ascii[keyPath: path] }
    }
    for (index, spark) in Glyphs.unicode.sparks.enumerated() where index > 0 {
      if let grapheme = spark.first { table[grapheme] = Glyphs.ascii.sparks[index] }
    }
    for (index, eighth) in Glyphs.unicode.eighths.enumerated() where index > 1 {
      if let grapheme = eighth.first { table[grapheme] = Glyphs.ascii.eighths[index] }
    }
    return table
  }()
}
