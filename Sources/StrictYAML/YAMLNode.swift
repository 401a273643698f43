package import JSONBytes

/// A YAML value with the place where it stands, so that every finding can point at it.
package struct YAMLNode: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    /// `isPlain`: written without quotes, so that `12`, `true` and `~` are not text.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  package struct Entry: Sendable, Hashable {
    package var key: YAMLNode
    package var value: YAMLNode

    package init(key: YAMLNode, value: YAMLNode) {
      self.key = key
      self.value = value
    }
  }

  package var content: Content
  package var line: Int
  package var column: Int

  package init(_ content: Content, line: Int = 0, column: Int = 0) {
    self.content = content
    self.line = line
    self.column = column
  }

  package var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  /// Any scalar's text, quoted or not; `nil` for null and for collections.
  package var text: String? {
    if case .scalar(let text, _) = content, !isNull { return text }
    return nil
  }

  package var integer: Int? {
    if case .scalar(let text, isPlain: true) = content { return Int(text) }
    return nil
  }

  package var number: Double? {
    if case .scalar(let text, isPlain: true) = content, let value = Double(text), value.isFinite { return value }
    return nil
  }

  package var flag: Bool? {
    guard case .scalar(let text, isPlain: true) = content else { return nil }
    switch text {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  package var elements: [YAMLNode]? {
    if case .sequence(let elements) = content { return elements }
    return nil
  }

  package var entries: [Entry]? {
    if case .mapping(let entries) = content { return entries }
    return nil
  }

  package subscript(key: String) -> YAMLNode? {
    entries?.last { $0.key.text == key }?.value
  }

  /// As JSON: plain scalars are numbers, flags and null where they look like them (YAML 1.2, core schema), quoted ones are text.
  package var json: JSONValue {
    switch content {
    case .sequence(let elements): return .array(elements.map(\.json))
    case .mapping(let entries):
      return .object(JSONObject(entries.compactMap { entry in entry.key.text.map { .init(key: $0, value: entry.value.json) } }))
    case .scalar(let text, _):
      if isNull { return .null }
      if let flag { return .bool(flag) }
      if let integer { return .int(Int64(integer)) }
      if let number { return .double(number) }
      return .string(text)
    }
  }

  /// What it is, as a person would say it: `the number 12`, `a list`.
  package var described: String {
    switch content {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let text, let isPlain):
      if isNull { return "nothing" }
      if isPlain, number != nil { return "the number \(text)" }
      if isPlain, flag != nil { return "the flag \(text)" }
      let short = text.count > 40 ? "\(text.prefix(39))…" : text
      return "'\(short.replacingControls())'"
    }
  }
}

extension String {
  /// Control characters as visible symbols: text of a file is shown, never obeyed.
  package func replacingControls() -> String {
    var out = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0..<0x20: out.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
      case 0x7F: out.append("\u{2421}")
      case 0x80..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: out.append("\u{FFFD}")
      default: out.append(scalar)
      }
    }
    return String(out)
  }
}
