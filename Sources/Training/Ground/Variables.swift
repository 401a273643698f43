package import StrictYAML

/// The values behind `{name}` in a lesson's or demo's texts.
package struct Variables: Sendable, Hashable {
  package var values: [String: String]

  package init(_ values: [String: String] = [:]) { self.values = values }

  /// Unknown names become empty: a question that is not answered yet has no answer.
  package func fill(_ text: String) -> String {
    var out = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{") {
      out += rest[..<open]
      let after = rest[rest.index(after: open)...]
      guard let close = after.firstIndex(of: "}"), Self.isName(after[..<close]) else {
        out += "{"
        rest = after
        continue
      }
      out += values[String(after[..<close])] ?? ""
      rest = after[after.index(after: close)...]
    }
    return out + rest
  }

  /// Every scalar of a tree, keys as they are.
  package func fill(_ node: YAMLNode) -> YAMLNode {
    var node = node
    switch node.content {
    case .scalar(let text, let isPlain): if text.contains("{") { node.content = .scalar(fill(text), isPlain: isPlain) }
    case .sequence(let elements): node.content = .sequence(elements.map(fill))
    case .mapping(let entries): node.content = .mapping(entries.map { YAMLNode.Entry(key: $0.key, value: fill($0.value)) })
    }
    return node
  }

  /// The names that a text uses.
  package static func names(in text: String) -> [String] {
    text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
      guard let close = part.firstIndex(of: "}"), isName(part[..<close]) else { return nil }
      return String(part[..<close])
    }
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ":" || $0 == "-" || $0 == "_") }
  }

  /// A short name for one run, from its seed and start: the same start gives the same ground (FNV-1a).
  package static func run(seed: Int, startedAtNanoseconds: Int64) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for value in [UInt64(bitPattern: Int64(seed)), UInt64(bitPattern: startedAtNanoseconds)] {
      for shift in stride(from: 0, to: 64, by: 8) { hash = (hash ^ (value >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3 }
    }
    let text = String(hash, radix: 36)
    return String(text.suffix(8))
  }
}
