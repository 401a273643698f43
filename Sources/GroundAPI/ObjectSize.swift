import JSONBytes

/// How large an object is as JSON, about, and how deep: counted only as far as it is allowed.
struct ObjectSize {
  /// kube-apiserver's limit of a request body; etcd's of an object is half of it.
  static let mostBytes = GroundAPIHandler.bodyLimit
  /// What is nested deeper than the parser reads could be stored, but not read again when the cluster starts.
  static let mostLevels = JSONCursor.depthLimit - 8

  private(set) var bytes = 0

  /// Answers `false` where it is too large or too deep.
  mutating func add(_ value: JSONValue, depth: Int = 0) -> Bool {
    guard depth <= Self.mostLevels else { return false }
    switch value {
    case .null, .bool: bytes += 5
    case .int, .double: bytes += 8
    case .string(let text): bytes += text.utf8.count + 3
    case .array(let elements):
      bytes += 3
      for element in elements where !add(element, depth: depth + 1) { return false }
    case .object(let members):
      bytes += 3
      for member in members {
        bytes += member.key.utf8.count + 4
        if !add(member.value, depth: depth + 1) { return false }
      }
    }
    return bytes <= Self.mostBytes
  }

  /// Throws 413 for an object that is too large or too deep to be kept.
  static func check(_ object: JSONValue, _ resource: Resource, _ name: String) throws(APIError) {
    var size = ObjectSize()
    if size.add(object) { return }
    throw APIError(
      code: 413, reason: "RequestEntityTooLarge",
      message:
        "\(resource.id) \"\(name)\" cannot be stored: an object may have at most \(mostBytes) bytes and \(mostLevels) levels of nesting",
      name: name, group: resource.group, kind: resource.plural)
  }
}
