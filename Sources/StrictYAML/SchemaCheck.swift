import Spelling
import TimeFormat

/// Holds a node to a schema and collects every finding; nothing stops at the first.
package struct SchemaCheck {
  package struct Mention: Sendable, Hashable {
    package var kinds: [String]
    package var id: String
    package var line: Int
    package var column: Int
  }

  package let file: String
  package private(set) var diagnostics: [YAMLDiagnostic] = []
  package private(set) var definitions: [Mention] = []
  package private(set) var references: [Mention] = []
  private let named: ParameterTables?
  /// A place in a file for each finding is a help as long as somebody reads them.
  private static let findingLimit = 1000
  /// The ids of each kind that were defined.
  private var known: [String: Set<String>] = [:]
  private let allowsVariables: Bool

  /// - Parameters:
  ///   - named: the things whose parameters the file may give; `nil` leaves names and parameters unexamined.
  ///   - allowsVariables: whether a scalar with `${name}` may stand where a scalar is expected; what it becomes is known only when it is
  ///     filled.
  package init(file: String, named: ParameterTables? = nil, allowsVariables: Bool = false) {
    self.file = file
    self.named = named
    self.allowsVariables = allowsVariables
  }

  package mutating func check(_ node: YAMLNode, _ type: SchemaType, at path: String) {
    if allowsVariables, type.isScalar, let text = node.text, !Variables.names(in: text).isEmpty { return }
    switch type {
    case .text, .scalar:
      if node.text == nil { mismatch(node, type, path) }
    case .identifier(let kind):
      guard let id = node.text, Self.isIdentifier(id) else { return mismatch(node, type, path) }
      if !known[kind, default: []].insert(id).inserted {
        error(node, "the id '\(id)' names two entries of kind \(kind); every id may occur once")
      }
      definitions.append(Mention(kinds: [kind], id: id, line: node.line, column: node.column))
    case .reference(let kinds):
      guard let id = node.text else { return mismatch(node, type, path) }
      references.append(Mention(kinds: kinds, id: id, line: node.line, column: node.column))
    case .integer(let range):
      if !(node.integer.map(range.contains) ?? false) { mismatch(node, type, path) }
    case .number(let range):
      if !(node.number.map(range.contains) ?? false) { mismatch(node, type, path) }
    case .flag:
      if node.flag == nil { mismatch(node, type, path) }
    case .date:
      if node.text.flatMap(CalendarDay.init) == nil { mismatch(node, type, path) }
    case .duration:
      if node.text.flatMap(Duration.init(option:)) == nil { mismatch(node, type, path) }
    case .choice(let words):
      guard let word = node.text else { return mismatch(node, type, path) }
      if !words.contains(word) {
        mismatch(node, type, path, suggestion: EditDistance.nearest(to: word, among: words))
      }
    case .list(let element):
      guard let elements = node.elements else {
        if node.isNull { return }
        return mismatch(node, type, path)
      }
      for (index, child) in elements.enumerated() { check(child, element, at: "\(path)[\(index)]") }
    case .mapping(let value):
      guard let entries = node.entries else {
        if node.isNull { return }
        return mismatch(node, type, path)
      }
      for entry in entries { check(entry.value, value, at: "\(path).\(entry.key.text ?? "?")") }
    case .any: break
    case .parameters:
      if node.entries == nil, !node.isNull { mismatch(node, type, path) }
    case .record(let schema):
      record(node, schema, at: path)
    }
  }

  private mutating func record(_ node: YAMLNode, _ schema: RecordSchema, at path: String) {
    guard let entries = node.entries else {
      return error(node, "\(place(path)): expected \(schema.name) as a mapping, came \(node.described)")
    }
    for entry in entries {
      guard let key = entry.key.text else {
        error(entry.key, "\(place(path)): expected a key as text, came \(entry.key.described)")
        continue
      }
      if YAMLReader.isRenamed(key) { continue }
      guard let field = schema.field(key) else {
        let shown = key.count > 40 ? "\(key.prefix(39))…" : key
        if isFull { break }
        let near = EditDistance.nearest(to: key, among: schema.fields.map(\.name))
        let all = near == nil ? "; its keys are \(schema.fields.map(\.name).joined(separator: ", "))" : ""
        error(entry.key, "unknown key '\(shown.replacingControls())' in \(schema.name)\(all)", suggestion: near)
        continue
      }
      if entry.value.isNull, !field.isRequired { continue }
      check(entry.value, field.type, at: path.isEmpty ? key : "\(path).\(key)")
    }
    for field in schema.fields where field.isRequired && node[field.name] == nil {
      error(node, "\(place(path)): \(schema.name) needs '\(field.name)' (\(field.type.expected)): \(field.meaning)")
    }
    checkParameters(node, schema)
  }

  /// The parameters of a named thing are known once its name is.
  private mutating func checkParameters(_ node: YAMLNode, _ schema: RecordSchema) {
    guard schema.field("parameters")?.type == .parameters, let named else { return }
    guard let name = named.naming.lazy.compactMap({ node[$0] }).first, let id = name.text else { return }
    guard let table = named.tables[id] else {
      let near = EditDistance.nearest(to: id, among: named.tables.keys)
      let all = near == nil ? "; there are \(named.tables.keys.sorted().joined(separator: ", "))" : ""
      return error(name, "there is no \(named.kind) '\(id.replacingControls())'\(all)", suggestion: near)
    }
    if let parameters = node["parameters"], !parameters.isNull, parameters.entries != nil {
      check(parameters, .record(table), at: "\(id) parameters")
    }
  }

  /// To be called when all of a file was checked: references to what nobody defined.
  package mutating func resolveReferences() {
    for reference in references where !reference.kinds.contains(where: { known[$0]?.contains(reference.id) ?? false }) {
      let candidates = isFull ? [] : definitions.lazy.filter { reference.kinds.contains($0.kinds[0]) }.prefix(200).map(\.id)
      add(
        YAMLDiagnostic(
          .error, file: file, line: reference.line, column: reference.column,
          "there is no \(reference.kinds.joined(separator: " or ")) '\(reference.id.replacingControls())'",
          suggestion: EditDistance.nearest(to: reference.id, among: Array(candidates))))
    }
  }

  package mutating func error(_ node: YAMLNode, _ message: String, suggestion: String? = nil) {
    add(YAMLDiagnostic(.error, file: file, line: node.line, column: node.column, message, suggestion: suggestion))
  }

  package mutating func warning(_ node: YAMLNode, _ message: String) {
    add(YAMLDiagnostic(.warning, file: file, line: node.line, column: node.column, message))
  }

  private var isFull: Bool { diagnostics.count > Self.findingLimit }

  private mutating func add(_ finding: YAMLDiagnostic) {
    if isFull { return }
    diagnostics.append(finding)
    if isFull {
      diagnostics[diagnostics.count - 1] = YAMLDiagnostic(
        .error, file: file, line: finding.line, column: finding.column,
        "more than \(Self.findingLimit) findings: what comes after this place was not examined; correct these first")
    }
  }

  private mutating func mismatch(_ node: YAMLNode, _ type: SchemaType, _ path: String, suggestion: String? = nil) {
    error(node, "\(place(path)): expected \(type.expected), came \(node.described)", suggestion: suggestion)
  }

  private func place(_ path: String) -> String { path.isEmpty ? "the file" : path.replacingControls() }

  package static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 63, first != UInt8(ascii: "-"), first != UInt8(ascii: ".") else { return false }
    return text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }
  }
}
