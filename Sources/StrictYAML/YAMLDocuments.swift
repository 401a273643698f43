package import JSONBytes
import Yams

/// YAML documents as JSON trees, for files that other programs define: kubeconfigs and manifests. Nothing is held to a schema here, and
/// anchors are resolved. Times stay text; a quoted scalar is text whatever it looks like.
package enum YAMLDocuments {
  /// A kubeconfig of a thousand clusters has some 5 MiB, nearly all of it certificates.
  private static let sizeLimit = 16 << 20

  /// All documents of a text, without the empty ones.
  ///
  /// - Parameter file: the name under which an error is reported.
  /// - Throws: what is wrong, with its line.
  package static func json(_ text: String, file: String) throws(YAMLDiagnostic) -> [JSONValue] {
    guard text.utf8.count <= sizeLimit else {
      throw YAMLDiagnostic(.error, file: file, line: 0, column: 0, "expected at most 16 MiB, came \(text.utf8.count) bytes")
    }
    if let finding = YAMLGuard.cost(text, file: file) { throw finding }
    do {
      var nodes = try Yams.compose_all(yaml: text)
      var documents: [JSONValue] = []
      while let node = nodes.next() { documents.append(tree(node)) }
      // The sequence ends where the text is wrong, and says so only here.
      if let error = nodes.error { throw error }
      return documents.filter { !$0.isNull }
    } catch let error as YamlError {
      throw YAMLReader.diagnostic(of: error, file: file)
    } catch {
      throw YAMLDiagnostic(.error, file: file, line: 0, column: 0, "this is not YAML text")
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
    case .alias: return .null
    }
  }
}
