package import JSONBytes
import Yams

/// A JSON tree as YAML, in the order of its members.
package enum YAMLText {
  /// - Throws: what the emitter says; it is one sentence.
  package static func lines(_ tree: JSONValue) throws -> [String] {
    let text = try Yams.serialize(node: node(tree), indent: 2, width: -1, allowUnicode: true)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  private static func node(_ value: JSONValue) -> Yams.Node {
    switch value {
    case .object(let object): return Yams.Node(object.map { (node(.string($0.key)), node($0.value)) }, Tag(.map), .block)
    case .array(let elements): return Yams.Node(elements.map(node), Tag(.seq), elements.isEmpty ? .flow : .block)
    case .string(let text):
      // What a reader would take for a number, a truth value or nothing is quoted.
      let isText = Yams.Node(text).tag.rawValue == Tag.Name.str.rawValue
      return Yams.Node(text, Tag(.str), text.contains("\n") ? .literal : isText ? .any : .singleQuoted)
    default: return Yams.Node(value.jsonString)
    }
  }
}
