import Yams

/// Reads YAML text into nodes with places. Syntax errors become diagnostics; so do duplicate keys, all of them at once.
///
/// Anchors and aliases are refused: a file that people review says what it says where it says it, and a few nested
/// aliases can stand for gigabytes.
package enum YAMLReader {
  /// Larger files are refused: plans, lessons and demos are written by people.
  package static let sizeLimit = 2 << 20
  static let depthLimit = 200

  package static func read(_ text: String, file: String) -> (root: YAMLNode?, diagnostics: [PlanDiagnostic]) {
    guard text.utf8.count <= sizeLimit else {
      return (nil, [PlanDiagnostic(.error, file: file, line: 0, column: 0, "expected at most 2 MiB, came \(text.utf8.count) bytes")])
    }
    let refused = YAMLGuard.findings(text, file: file)
    guard refused.isEmpty else { return (nil, refused) }
    var diagnostics: [PlanDiagnostic] = []
    var text = text
    // The parser stops at the first mapping with a key twice. The first of the two is reported and renamed in place, by
    // as many private-use characters as it had, so that places stay true, and the text is read again.
    for attempt in 0..<100 {
      do {
        guard let root = try Parser(yaml: text).singleRoot() else {
          let message = "expected a mapping, came an empty file"
          return (nil, diagnostics + [PlanDiagnostic(.error, file: file, line: 1, column: 1, message)])
        }
        return (convert(root, within: (1, 1)), diagnostics)
      } catch let error as YamlError {
        if case .duplicatedKeysInMapping(let keys, let context) = error, let key = keys.first {
          diagnostics.append(
            PlanDiagnostic(
              .error, file: file, line: context.mark.line, column: context.mark.column,
              "key '\(key.replacingControls())' occurs twice in this mapping; keep one"))
          guard let renamed = rename(key, at: context.mark, in: text, attempt) else { return (nil, diagnostics) }
          text = renamed
          continue
        }
        return (nil, diagnostics + [diagnostic(of: error, file: file)])
      } catch {
        let message = "expected YAML text, came something that cannot be read as YAML"
        return (nil, diagnostics + [PlanDiagnostic(.error, file: file, line: 0, column: 0, message)])
      }
    }
    return (nil, diagnostics)
  }

  /// Whether a key is one that ``read(_:file:)`` renamed: it is reported already.
  package static func isRenamed(_ key: String) -> Bool {
    guard let first = key.unicodeScalars.first else { return false }
    return (0xE000..<0xE100).contains(first.value)
  }

  private static func rename(_ key: String, at mark: Mark, in text: String, _ attempt: Int) -> String? {
    guard let stand = Unicode.Scalar(0xE000 + UInt32(attempt)) else { return nil }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
    guard lines.indices.contains(mark.line - 1) else { return nil }
    var start = mark.column - 1
    let line = lines[mark.line - 1]
    guard line.indices.contains(start) else { return nil }
    if line[start] == "\"" || line[start] == "'" { start += 1 }
    let name = Array(key.unicodeScalars)
    guard !name.isEmpty, start + name.count <= line.count, Array(line[start..<start + name.count]) == name else { return nil }
    for index in start..<start + name.count { lines[mark.line - 1][index] = stand }
    var out = String.UnicodeScalarView()
    for (index, line) in lines.enumerated() {
      if index > 0 { out.append("\n") }
      out.append(contentsOf: line)
    }
    return String(out)
  }

  private static func convert(_ node: Node, within place: (line: Int, column: Int)) -> YAMLNode {
    let line = node.mark?.line ?? place.line
    let column = node.mark?.column ?? place.column
    switch node {
    case .scalar(let scalar):
      return YAMLNode(.scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any), line: line, column: column)
    case .sequence(let sequence):
      return YAMLNode(.sequence(sequence.map { convert($0, within: (line, column)) }), line: line, column: column)
    case .mapping(let mapping):
      let entries = mapping.map {
        YAMLNode.Entry(key: convert($0.key, within: (line, column)), value: convert($0.value, within: (line, column)))
      }
      return YAMLNode(.mapping(entries), line: line, column: column)
    case .alias:
      return YAMLNode(.scalar("", isPlain: true), line: line, column: column)
    }
  }

  private static func diagnostic(of error: YamlError, file: String) -> PlanDiagnostic {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let what = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
      return PlanDiagnostic(.error, file: file, line: mark.line, column: mark.column, "this is not YAML: \(what)")
    case .reader(let problem, _, _, _):
      return PlanDiagnostic(.error, file: file, line: 0, column: 0, "this is not YAML text: \(problem)")
    default:
      return PlanDiagnostic(.error, file: file, line: 0, column: 0, "expected YAML text, came something that cannot be read as YAML")
    }
  }
}

/// A look at the text before the parser sees it: what would cost it its stack or memory is refused with its place.
enum YAMLGuard {
  static func findings(_ text: String, file: String) -> [PlanDiagnostic] {
    var findings: [PlanDiagnostic] = []
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
            PlanDiagnostic(
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

  private static func tooDeep(_ file: String, _ line: Int) -> PlanDiagnostic {
    PlanDiagnostic(
      .error, file: file, line: line, column: 1, "nested more than \(YAMLReader.depthLimit) deep; expected a file that people can read")
  }
}
