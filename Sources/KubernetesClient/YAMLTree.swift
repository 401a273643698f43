package import JSONBytes
import Yams

/// YAML documents as JSON trees; times stay text.
package enum YAMLTree {
  /// All documents of a text, without the empty ones.
  /// - Parameter name: the file's name, for the error's sentence.
  package static func documents(_ text: String, name: String) throws(KubernetesError) -> [JSONValue] {
    do {
      var documents: [JSONValue] = []
      for node in try Yams.compose_all(yaml: text) {
        let value = tree(node)
        if !value.isNull { documents.append(value) }
      }
      return documents
    } catch {
      let words = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
      throw KubernetesError(.configuration, "\(name) is not valid YAML: \(words)")
    }
  }

  private static func tree(_ node: Node) -> JSONValue {
    switch node {
    case .mapping(let mapping):
      return .object(JSONObject(mapping.map { .init(key: $0.key.string ?? "", value: tree($0.value)) }))
    case .sequence(let sequence): return .array(sequence.map(tree))
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      switch node.tag.rawValue {
      case Tag.Name.null.rawValue: return .null
      case Tag.Name.bool.rawValue: return node.bool.map { .bool($0) } ?? .string(scalar.string)
      case Tag.Name.int.rawValue: return node.int.map { .int(Int64($0)) } ?? .string(scalar.string)
      case Tag.Name.float.rawValue: return node.float.map { .double($0) } ?? .string(scalar.string)
      default: return .string(scalar.string)
      }
    default: return .null
    }
  }
}
