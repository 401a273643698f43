import Yams

/// Reads YAML text into nodes with places. Syntax errors become diagnostics; so do duplicate keys, all of them at once.
///
/// Anchors and aliases are refused: a file that people review says what it says where it says it, and a few nested
/// aliases can stand for gigabytes.
package enum YAMLReader {
  /// Larger files are refused: plans, lessons and demos are written by people.
  package static let sizeLimit = 2 << 20
  static let depthLimit = 200
  /// Lines and commas.
  private static let valueLimit = 50_000
  /// Keys that occur twice: each costs a reading of its own.
  private static let repeatLimit = 20

  package static func read(_ text: String, file: String) -> (root: YAMLNode?, diagnostics: [YAMLDiagnostic]) {
    guard text.utf8.count <= sizeLimit else {
      return (nil, [YAMLDiagnostic(.error, file: file, line: 0, column: 0, "expected at most 2 MiB, came \(text.utf8.count) bytes")])
    }
    if let finding = YAMLGuard.cost(text, file: file, values: valueLimit) { return (nil, [finding]) }
    let refused = YAMLGuard.findings(text, file: file)
    guard refused.isEmpty else { return (nil, refused) }
    var diagnostics: [YAMLDiagnostic] = []
    var text = text
    // The parser stops at the first mapping with a key twice. The first of the two is reported and renamed in place, by
    // as many private-use characters as it had, so that places stay true, and the text is read again.
    for attempt in 0..<repeatLimit {
      do {
        // No tags are resolved: what a plain scalar is, the schema says.
        guard let root = try Parser(yaml: text, resolver: .basic).singleRoot() else {
          let message = "expected a mapping, came an empty file"
          return (nil, diagnostics + [YAMLDiagnostic(.error, file: file, line: 1, column: 1, message)])
        }
        return (convert(root, within: (1, 1)), diagnostics)
      } catch let error as YamlError {
        if case .duplicatedKeysInMapping(let keys, let context) = error, let key = keys.first {
          diagnostics.append(
            YAMLDiagnostic(
              .error, file: file, line: context.mark.line, column: context.mark.column,
              "key '\(key.replacingControls())' occurs twice in this mapping; keep one"))
          guard let renamed = rename(key, at: context.mark, in: text, attempt) else { return (nil, diagnostics) }
          text = renamed
          continue
        }
        return (nil, diagnostics + [diagnostic(of: error, file: file)])
      } catch {
        let message = "expected YAML text, came something that cannot be read as YAML"
        return (nil, diagnostics + [YAMLDiagnostic(.error, file: file, line: 0, column: 0, message)])
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

  static func diagnostic(of error: YamlError, file: String) -> YAMLDiagnostic {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let what = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
      return YAMLDiagnostic(.error, file: file, line: mark.line, column: mark.column, "this is not YAML: \(what)")
    case .reader(let problem, _, _, _):
      return YAMLDiagnostic(.error, file: file, line: 0, column: 0, "this is not YAML text: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      return YAMLDiagnostic(
        .error, file: file, line: context.mark.line, column: context.mark.column,
        "key '\((keys.first ?? "").replacingControls())' occurs twice in this mapping; keep one")
    default:
      return YAMLDiagnostic(.error, file: file, line: 0, column: 0, "expected YAML text, came something that cannot be read as YAML")
    }
  }
}
