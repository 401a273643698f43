import Spelling

/// The values behind `${name}` in the texts of a lesson, a demo, a plan or an app profile.
package struct Variables: Sendable, Hashable {
  package var values: [String: String]

  package init(_ values: [String: String] = [:]) { self.values = values }

  /// Unknown names become empty: a question that is not answered yet has no answer.
  package func fill(_ text: String) -> String {
    var out = ""
    for part in Self.parts(of: text) {
      switch part {
      case .text(let text): out += text
      case .name(let name): out += values[name] ?? ""
      }
    }
    return out
  }

  /// Every scalar of a tree, keys as they are. A plain `${count}` is then what a plain `3` is; one that would become nothing is an
  /// empty text.
  package func fill(_ node: YAMLNode) -> YAMLNode {
    var node = node
    switch node.content {
    case .scalar(let text, let isPlain):
      guard text.contains("${") else { break }
      node.content = .scalar(fill(text), isPlain: isPlain)
      if node.isNull { node.content = .scalar(fill(text), isPlain: false) }
    case .sequence(let elements): node.content = .sequence(elements.map(fill))
    case .mapping(let entries): node.content = .mapping(entries.map { YAMLNode.Entry(key: $0.key, value: fill($0.value)) })
    }
    return node
  }

  /// The names that a text uses.
  package static func names(in text: String) -> [String] {
    parts(of: text).compactMap { if case .name(let name) = $0 { name } else { nil } }
  }

  private enum Part {
    case text(String)
    case name(String)
  }

  private static func parts(of text: String) -> [Part] {
    var parts: [Part] = []
    var plain = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      plain += rest[..<dollar]
      let after = rest[rest.index(after: dollar)...]
      if after.first == "{", let close = after.firstIndex(of: "}"), isName(after[..<close].dropFirst()) {
        parts += [.text(plain), .name(String(after[..<close].dropFirst()))]
        plain = ""
        rest = after[after.index(after: close)...]
      } else {
        plain += "$"
        rest = after
      }
    }
    return parts + [.text(plain + rest)]
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ":" || $0 == "-" || $0 == "_") }
  }
}

extension SchemaCheck {
  /// Every `${name}` below a node must be one that somebody sets.
  package mutating func variables(_ node: YAMLNode, known: Set<String>) {
    switch node.content {
    case .scalar(let text, _):
      for name in Variables.names(in: text) where !known.contains(name) {
        error(node, "nothing sets '${\(name)}'", suggestion: EditDistance.nearest(to: name, among: known))
      }
    case .sequence(let elements): for element in elements { variables(element, known: known) }
    case .mapping(let entries): for entry in entries { variables(entry.value, known: known) }
    }
  }
}
