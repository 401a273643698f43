extension CellBuffer {
  /// The rows as text, without trailing blanks.
  package func plainText() -> [String] {
    (0..<size.rows).map { plainRow($0) }
  }

  private func plainRow(_ y: Int) -> String {
    var line = ""
    var blanks = 0
    for x in 0..<size.columns {
      let cell = self[x, y]
      if cell.isContinuation { continue }
      if cell.grapheme == " " {
        blanks += 1
      } else {
        line.append(String(repeating: " ", count: blanks))
        blanks = 0
        line.append(cell.grapheme)
      }
    }
    return line
  }

  /// The rows as text, then the same rows with one letter per column for the style (`.` is plain), then what each letter means.
  package func styledText() -> [String] {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    var names: [Style: Character] = [.plain: "."]
    var legend: [String] = []
    var grid: [String] = []
    for y in 0..<size.rows {
      var line = ""
      for x in 0..<size.columns {
        let style = self[x, y].style
        if let letter = names[style] {
          line.append(letter)
        } else {
          let letter = legend.count < letters.count ? letters[legend.count] : "?"
          names[style] = letter
          legend.append("\(letter) \(style.summary)")
          line.append(letter)
        }
      }
      while line.last == "." { line.removeLast() }
      grid.append(line)
    }
    return plainText() + ["-- styles --"] + grid + ["-- legend --"] + legend
  }
}

extension Style {
  /// The style in words, for example `red on default, bold`.
  package var summary: String {
    var words = foreground.summary
    if background != .default { words += " on \(background.summary)" }
    let named: [(Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.italic, "italic"), (.underline, "underline"), (.reverse, "reverse"),
    ]
    for (attribute, name) in named where attributes.contains(attribute) { words += " \(name)" }
    return words
  }
}

extension Color {
  /// The color in words: `default`, `ansi 4`, `#5fafd7`.
  package var summary: String {
    switch self {
    case .default: return "default"
    case .ansi(let index): return "ansi \(index)"
    case .rgb(let red, let green, let blue):
      let digits = [red, green, blue].map { part in
        let text = String(part, radix: 16)
        return text.count == 1 ? "0" + text : text
      }
      return "#" + digits.joined()
    }
  }
}
