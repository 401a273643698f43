package import JSONBytes

/// Strategic merge patch: a merge patch that knows which lists are maps or sets, with directives in the patch
/// (kubernetes, contributors/devel/sig-api-machinery/strategic-merge-patch.md).
package struct StrategicMerge {
  private let keys: MergeKeys

  package static func apply(_ patch: JSONValue, to object: JSONValue, of resource: Resource) throws(APIError) -> JSONValue {
    guard case .object = patch else { throw .badRequest("a strategic merge patch is a JSON object") }
    return try StrategicMerge(keys: resource.definition.mergeKeys).merge(patch, into: object, [])
  }

  private func merge(_ patch: JSONValue, into target: JSONValue?, _ path: [String]) throws(APIError) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    switch changes["$patch"]?.stringValue {
    case "replace"?: return withoutDirectives(patch)
    case "delete"?: return [:]
    case nil, "merge"?: break
    case let other?: throw .badRequest("unknown patch directive \"\(other)\" at \(shown(path)); expected replace, delete or merge")
    }
    var result: JSONObject
    if case .object(let present)? = target { result = present } else { result = [:] }
    if let retained = changes["$retainKeys"] {
      let keys = Set((retained.arrayValue ?? []).compactMap(\.stringValue))
      for key in result.keys where !keys.contains(key) { result[key] = nil }
    }
    for change in changes where change.key.utf8.first == UInt8(ascii: "$") {
      if let field = argument(change.key, "$deleteFromPrimitiveList/") {
        let gone = Set(change.value.arrayValue ?? [])
        if let present = result[field]?.arrayValue { result[field] = .array(present.filter { !gone.contains($0) }) }
      } else if argument(change.key, "$setElementOrder/") == nil, change.key != "$patch", change.key != "$retainKeys" {
        throw .badRequest("unknown patch directive \"\(change.key)\" at \(shown(path))")
      }
    }
    for change in changes where change.key.utf8.first != UInt8(ascii: "$") {
      if change.value.isNull {
        result[change.key] = nil
        continue
      }
      let here = path + [change.key]
      let merged: JSONValue =
        switch change.value {
        case .object: try merge(change.value, into: result[change.key], here)
        case .array(let elements): try list(elements, into: result[change.key]?.arrayValue, here)
        default: change.value
        }
      result[change.key] = merged
    }
    for change in changes {
      guard let field = argument(change.key, "$setElementOrder/"), let elements = result[field]?.arrayValue else { continue }
      result[field] = .array(ordered(elements, by: change.value.arrayValue ?? [], keys.strategy(path + [field])))
    }
    return .object(result)
  }

  private func list(_ patch: [JSONValue], into target: [JSONValue]?, _ path: [String]) throws(APIError) -> JSONValue {
    switch keys.strategy(path) {
    case .atomic: return .array(patch.filter { $0["$patch"] == nil }.map(withoutDirectives))
    case .set:
      var result = target ?? []
      for element in patch where !result.contains(element) { result.append(element) }
      return .array(result)
    case .map(let key):
      if patch.contains(where: { $0["$patch"] == "replace" && $0[key] == nil }) {
        return .array(patch.filter { $0["$patch"] == nil }.map(withoutDirectives))
      }
      var result = target ?? []
      for element in patch {
        guard element.objectValue != nil, let value = element[key], !value.isNull else {
          throw .badRequest("an element of \(shown(path)) in the patch lacks its merge key \"\(key)\"")
        }
        let index = result.firstIndex { $0[key] == value }
        if element["$patch"] == "delete" {
          result.removeAll { $0[key] == value }
        } else if let index {
          result[index] = try merge(element, into: result[index], path)
        } else {
          result.append(try merge(element, into: nil, path))
        }
      }
      return .array(result)
    }
  }

  /// The order that the patch's author saw; what they did not know keeps its place after its present neighbour.
  private func ordered(_ elements: [JSONValue], by order: [JSONValue], _ strategy: ListStrategy) -> [JSONValue] {
    func identity(_ element: JSONValue) -> JSONValue {
      if case .map(let key) = strategy { element[key] ?? .null } else { element }
    }
    let wanted = order.map(identity)
    var known = wanted.compactMap { id in elements.first { identity($0) == id } }
    for (index, element) in elements.enumerated() where !wanted.contains(identity(element)) {
      let before = elements[..<index].last.map(identity)
      let place = before.flatMap { before in known.firstIndex { identity($0) == before } }
      known.insert(element, at: place.map { $0 + 1 } ?? (index == 0 ? 0 : known.count))
    }
    return known
  }

  private func withoutDirectives(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        JSONObject(
          members.compactMap { member in
            member.key.utf8.first == UInt8(ascii: "$") || member.value.isNull
              ? nil : JSONObject.Member(key: member.key, value: withoutDirectives(member.value))
          }))
    case .array(let elements): .array(elements.filter { $0["$patch"] == nil }.map(withoutDirectives))
    default: value
    }
  }

  private func argument(_ key: String, _ directive: String) -> String? {
    key.hasPrefix(directive) ? String(key.dropFirst(directive.count)) : nil
  }

  private func shown(_ path: [String]) -> String { path.isEmpty ? "the top" : path.joined(separator: ".") }
}
