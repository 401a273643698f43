/// A look at the text before the parser sees it: what would cost it its stack or memory is refused with its place.
enum YAMLGuard {
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
