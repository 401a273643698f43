package import JSONBytes

/// JSON Patch (RFC 6902) over JSON Pointer (RFC 6901).
package enum JSONPatch {
  package static func apply(_ patch: JSONValue, to object: JSONValue) throws(APIError) -> JSONValue {
    guard let operations = patch.arrayValue else { throw .badRequest("a JSON patch is an array of operations (RFC 6902)") }
    guard operations.count <= mostOperations else {
      throw APIError(
        code: 413, reason: "RequestEntityTooLarge",
        message: "The allowed maximum operations in a JSON patch is \(mostOperations), got \(operations.count)")
    }
    var result = object
    var copied = 0
    for operation in operations { try apply(one: operation, to: &result, &copied) }
    return result
  }

  /// As kube-apiserver limits them (endpoints/handlers, `maxJSONPatchOperations`).
  private static let mostOperations = 10_000

  /// What an operation puts somewhere must leave the object readable, and copies must not grow it without limit.
  private static func check(_ value: JSONValue, at path: [String]) throws(APIError) -> Int {
    var size = ObjectSize()
    guard size.add(value, depth: path.count) else {
      throw APIError(
        code: 413, reason: "RequestEntityTooLarge",
        message:
          "the JSON patch makes the object larger than \(ObjectSize.mostBytes) bytes, or nests it deeper than \(ObjectSize.mostLevels) levels"
      )
    }
    return size.bytes
  }

  private static func apply(one operation: JSONValue, to object: inout JSONValue, _ copied: inout Int) throws(APIError) {
    let path = try pointer(operation["path"], "path")
    switch operation["op"]?.stringValue {
    case "add":
      let value = try value(operation)
      _ = try check(value, at: path)
      object = try added(object, path[...], value)
    case "remove":
      object = try removed(object, path[...])
    case "replace":
      _ = try found(object, path[...])
      let value = try value(operation)
      _ = try check(value, at: path)
      object = try replaced(object, path[...], value)
    case "move":
      let from = try pointer(operation["from"], "from")
      let moved = try found(object, from[...])
      guard !(path.count > from.count && path.starts(with: from)) else {
        throw refusal("cannot move /\(from.joined(separator: "/")) into one of its children")
      }
      _ = try check(moved, at: path)
      object = try added(removed(object, from[...]), path[...], moved)
    case "copy":
      let source = try found(object, pointer(operation["from"], "from")[...])
      copied += try check(source, at: path)
      guard copied <= ObjectSize.mostBytes else {
        throw APIError(
          code: 413, reason: "RequestEntityTooLarge",
          message: "the JSON patch copies more than \(ObjectSize.mostBytes) bytes")
      }
      object = try added(object, path[...], source)
    case "test":
      let expected = operation["value"] ?? .null
      let actual = (try? found(object, path[...])) ?? .null
      guard actual == expected else {
        throw refusal("testing path /\(path.joined(separator: "/")) failed: the value is \(actual.jsonString)")
      }
    case let other:
      throw .badRequest("unexpected kind of JSON patch operation: \(other ?? "none"); expected add, remove, replace, move, copy or test")
    }
  }

  private static func value(_ operation: JSONValue) throws(APIError) -> JSONValue {
    guard let value = operation["value"] else {
      throw .badRequest("a JSON patch operation \"\(operation["op"]?.stringValue ?? "")\" needs a value")
    }
    return value
  }

  private static func refusal(_ message: String) -> APIError {
    APIError(code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request: \(message)")
  }

  private static func pointer(_ value: JSONValue?, _ field: String) throws(APIError) -> [String] {
    guard let text = value?.stringValue else { throw .badRequest("a JSON patch operation needs \"\(field)\"") }
    if text.isEmpty { return [] }
    guard text.utf8.first == UInt8(ascii: "/") else { throw .badRequest("JSON pointer \"\(text)\" must start with '/' (RFC 6901)") }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
      String(part.replacing("~1", with: "/").replacing("~0", with: "~"))
    }
  }

  private static func position(_ step: String, _ count: Int, appending: Bool) throws(APIError) -> Int {
    if appending, step == "-" { return count }
    let isCanonical = step == "0" || (step.utf8.first.map { (49...57).contains($0) } ?? false)
    guard isCanonical, let index = Int(step), index >= 0, index < count || appending && index == count else {
      throw refusal("\"\(step)\" is not a position in an array of \(count)")
    }
    return index
  }

  private static func found(_ object: JSONValue, _ path: ArraySlice<String>) throws(APIError) -> JSONValue {
    guard let step = path.first else { return object }
    switch object {
    case .array(let elements): return try found(elements[position(step, elements.count, appending: false)], path.dropFirst())
    case .object(let members):
      guard let next = members[step] else { throw refusal("the path has no \"\(step)\"") }
      return try found(next, path.dropFirst())
    default: throw refusal("the path goes through a scalar at \"\(step)\"")
    }
  }

  private static func added(_ object: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue) throws(APIError) -> JSONValue {
    guard let step = path.first else { return value }
    switch object {
    case .array(var elements):
      if path.count == 1 {
        elements.insert(value, at: try position(step, elements.count, appending: true))
      } else {
        let index = try position(step, elements.count, appending: false)
        elements[index] = try added(elements[index], path.dropFirst(), value)
      }
      return .array(elements)
    case .object(var members):
      if path.count == 1 {
        members[step] = value
      } else {
        guard let next = members[step] else { throw refusal("the path has no \"\(step)\"") }
        members[step] = try added(next, path.dropFirst(), value)
      }
      return .object(members)
    default: throw refusal("the path goes through a scalar at \"\(step)\"")
    }
  }

  private static func replaced(_ object: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue) throws(APIError) -> JSONValue {
    guard let step = path.first else { return value }
    switch object {
    case .array(var elements):
      let index = try position(step, elements.count, appending: false)
      elements[index] = try replaced(elements[index], path.dropFirst(), value)
      return .array(elements)
    case .object(var members):
      guard let next = members[step] else { throw refusal("the path has no \"\(step)\"") }
      members[step] = try replaced(next, path.dropFirst(), value)
      return .object(members)
    default: throw refusal("the path goes through a scalar at \"\(step)\"")
    }
  }

  private static func removed(_ object: JSONValue, _ path: ArraySlice<String>) throws(APIError) -> JSONValue {
    guard let step = path.first else { return .null }
    switch object {
    case .array(var elements):
      let index = try position(step, elements.count, appending: false)
      if path.count == 1 { elements.remove(at: index) } else { elements[index] = try removed(elements[index], path.dropFirst()) }
      return .array(elements)
    case .object(var members):
      guard let next = members[step] else { throw refusal("the path has no \"\(step)\"") }
      members[step] = path.count == 1 ? JSONValue?.none : try removed(next, path.dropFirst())
      return .object(members)
    default: throw refusal("the path goes through a scalar at \"\(step)\"")
    }
  }
}

/// JSON Merge Patch (RFC 7386).
package enum MergePatch {
  package static func apply(_ patch: JSONValue, to target: JSONValue?) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result: JSONObject
    if case .object(let present)? = target { result = present } else { result = [:] }
    for change in changes {
      result[change.key] = change.value.isNull ? JSONValue?.none : apply(change.value, to: result[change.key])
    }
    return .object(result)
  }
}
