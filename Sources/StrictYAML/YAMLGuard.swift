/// A look at the text before the parser sees it: what would cost it its stack or memory is refused with its place.
enum YAMLGuard {
  /// Values in one file, counted by the commas and line ends between them: the parser needs some microseconds and 300 bytes for each.
  static let valueLimit = 200_000
  /// Each may stand for all that was before it: of `n` aliases at most `3^(n/3)` times the text can come.
  private static let aliasLimit = 20

  /// What would make reading a text that may have aliases cost more than a file of people's own costs; `nil` when nothing does.
  static func cost(_ text: String, file: String, values valueLimit: Int = YAMLGuard.valueLimit) -> YAMLDiagnostic? {
    var line = 1
    var values = 0
    var aliases = 0
    var previous = UInt8(ascii: "\n")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\n"):
        line += 1
        values += 1
      case UInt8(ascii: ","): values += 1
      case UInt8(ascii: "*"):
        // An alias stands where a value begins; in a text there is anything before a star.
        if [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: "\t")].contains(
          previous)
        {
          aliases += 1
        }
      default: break
      }
      if values > valueLimit {
        return YAMLDiagnostic(
          .error, file: file, line: line, column: 1, "more than \(valueLimit) lines and commas; expected a file that people can read")
      }
      if aliases > aliasLimit {
        return YAMLDiagnostic(
          .error, file: file, line: line, column: 1,
          "more than \(aliasLimit) aliases (*name): a few of them can stand for gigabytes; write the values out")
      }
      previous = byte
    }
    return nil
  }

  static func findings(_ text: String, file: String) -> [YAMLDiagnostic] {
    var findings: [YAMLDiagnostic] = []
    var flow = 0
    var blockScalar: Int?
    var lineNumber = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }) {
      lineNumber += 1
      let scalars = Array(line.unicodeScalars)
      let indent = scalars.prefix { $0 == " " }.count
      if let parent = blockScalar {
        if indent > parent || indent == scalars.count { continue }
        blockScalar = nil
      }
      let openers = scalars.dropFirst(indent).prefix { $0 == "-" || $0 == "?" || $0 == " " }.count
      if openers / 2 + indent > 2 * YAMLReader.depthLimit { return [tooDeep(file, lineNumber)] }
      var quote: Unicode.Scalar?
      var previous: Unicode.Scalar = " "
      scan: for (index, scalar) in scalars.enumerated() {
        defer { previous = scalar }
        if let open = quote {
          if scalar == open { quote = nil }
          continue
        }
        let starts = previous == " " || previous == "[" || previous == "{" || previous == "," || previous == "\t"
        switch scalar {
        case "\"", "'":
          if starts { quote = scalar }
        case "#" where previous == " " || index == 0: break scan
        case "[", "{": flow += 1
        case "]", "}": flow = max(0, flow - 1)
        case "&", "*":
          guard starts, let next = scalars.dropFirst(index + 1).first,
            next.properties.isAlphabetic || next == "_" || next == "-" || ("0"..."9").contains(next)
          else { continue }
          let kind = scalar == "&" ? "anchors" : "aliases"
          findings.append(
            YAMLDiagnostic(
              .error, file: file, line: lineNumber, column: index + 1,
              "\(kind) are not read here; write the value out, or put the text in quotes"))
        default: continue
        }
        if flow > YAMLReader.depthLimit { return [tooDeep(file, lineNumber)] }
      }
      // A block scalar's text is anything at all: it is left alone until the indentation ends it.
      if quote == nil, let last = scalars.last(where: { $0 != " " && $0 != "\r" }) {
        let tail = String(String.UnicodeScalarView(scalars)).split(separator: " ").last ?? ""
        if (last == "|" || last == ">" || last == "-" || last == "+"), ["|", ">", "|-", ">-", "|+", ">+"].contains(tail) {
          blockScalar = indent
        }
      }
    }
    return findings
  }

  private static func tooDeep(_ file: String, _ line: Int) -> YAMLDiagnostic {
    YAMLDiagnostic(
      .error, file: file, line: line, column: 1, "nested more than \(YAMLReader.depthLimit) deep; expected a file that people can read")
  }
}
