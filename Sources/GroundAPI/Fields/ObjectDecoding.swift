import JSONBytes

/// What a client wants to hear of fields that its object has and the API has not (KEP 2885, `fieldValidation`).
enum FieldValidation: String, Sendable {
  case strict = "Strict"
  case warn = "Warn"
  case ignore = "Ignore"

  init(_ query: QueryParameters) throws(APIError) {
    guard let text = query["fieldValidation"] else {
      self = .warn
      return
    }
    guard let known = FieldValidation(rawValue: text) else {
      throw APIError(
        code: 422, reason: "Invalid",
        message:
          "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"\(text.prefix(64))\": supported values: \"Ignore\", \"Strict\", \"Warn\""
      )
    }
    self = known
  }
}

/// An object as the API takes it in: with fields of the right types, and with no others.
struct ObjectDecoding {
  /// The object without the fields that the API does not know, as a real server drops them.
  private(set) var object: JSONValue
  /// `unknown field "spec.replicaz"`, `duplicate field "spec.replicas"`.
  private(set) var problems: [String] = []

  /// Enough to see what is wrong.
  private static let mostProblems = 50

  /// Throws 400 where a field has a value of another type.
  init(_ object: JSONValue, _ message: FieldTable.Message?) throws(APIError) {
    self.object = object
    guard let message, case .object(let members) = object else { return }
    var typed = members.filter { $0.key == "kind" || $0.key == "apiVersion" }
    let rest = JSONObject(members.filter { $0.key != "kind" && $0.key != "apiVersion" })
    guard case .object(let known) = try decode(.object(rest), .message(message.name), "", message.name) else { return }
    typed += known.members
    self.object = .object(JSONObject(typed))
  }

  private mutating func note(_ problem: String) {
    if problems.count < Self.mostProblems { problems.append(problem) }
  }

  private mutating func decode(
    _ value: JSONValue, _ type: FieldTable.FieldType, _ path: String, _ owner: String
  ) throws(APIError) -> JSONValue {
    switch (type, value) {
    case (_, .null): return value
    case (.raw, _), (.text, .string), (.flag, .bool), (.bytes, .string), (.quantity, .string), (.quantity, .int), (.quantity, .double),
      (.intOrString, .string), (.time, .string), (.double, .int), (.double, .double):
      return value
    case (.int32, _), (.intOrString, _):
      // A number beyond the range of a known field is left to its rule, which is told with all others.
      guard let number = value.intValue, Int32(exactly: number) != nil || NumberRules.isKnown(path) else {
        throw mismatch(value, "int32", path, owner)
      }
      return .int(number)
    case (.int64, _):
      guard let number = value.intValue else { throw mismatch(value, "int64", path, owner) }
      return .int(number)
    case (.list(let element), .array(let elements)):
      var decoded: [JSONValue] = []
      decoded.reserveCapacity(elements.count)
      for (index, one) in elements.enumerated() { decoded.append(try decode(one, element, "\(path)[\(index)]", owner)) }
      return .array(decoded)
    case (.map(let element), .object(let members)):
      var decoded: [JSONObject.Member] = []
      for member in unique(members, path) {
        decoded.append(.init(key: member.key, value: try decode(member.value, element, inner(path, member.key), owner)))
      }
      return .object(JSONObject(decoded))
    case (.message(let name), .object(let members)):
      guard let message = FieldTable.messages[name] else { return value }
      var decoded: [JSONObject.Member] = []
      for member in unique(members, path) {
        guard let type = message.byName[member.key] ?? Self.typeMeta(member.key, path) else {
          note("unknown field \"\(inner(path, member.key))\"")
          continue
        }
        decoded.append(.init(key: member.key, value: try decode(member.value, type, inner(path, member.key), name)))
      }
      return .object(JSONObject(decoded))
    default: throw mismatch(value, Self.word(type), path, owner)
    }
  }

  /// Objects within objects, such as claim templates, have their kind too.
  private static func typeMeta(_ key: String, _ path: String) -> FieldTable.FieldType? {
    path.hasSuffix("]") && (key == "kind" || key == "apiVersion") ? .text : nil
  }

  /// The members, of those with the same key the last.
  private mutating func unique(_ members: JSONObject, _ path: String) -> [JSONObject.Member] {
    var places: [String: Int] = [:]
    var kept: [JSONObject.Member] = []
    for member in members {
      if let place = places[member.key] {
        note("duplicate field \"\(inner(path, member.key))\"")
        kept[place] = member
      } else {
        places[member.key] = kept.count
        kept.append(member)
      }
    }
    return kept
  }

  private func inner(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func mismatch(_ value: JSONValue, _ wanted: String, _ path: String, _ owner: String) -> APIError {
    let word =
      switch value {
      case .null: "null"
      case .bool: "bool"
      case .int, .double: "number \(value.jsonString)"
      case .string: "string"
      case .array: "array"
      case .object: "object"
      }
    return .badRequest("json: cannot unmarshal \(word) into Go struct field \(owner).\(path) of type \(wanted)")
  }

  private static func word(_ type: FieldTable.FieldType) -> String {
    switch type {
    case .text, .bytes: "string"
    case .flag: "bool"
    case .int32: "int32"
    case .int64: "int64"
    case .double: "float64"
    case .time: "v1.Time"
    case .quantity: "resource.Quantity"
    case .intOrString: "intstr.IntOrString"
    case .raw: "runtime.RawExtension"
    case .message(let name): "v1.\(name)"
    case .list: "[]"
    case .map: "map"
    }
  }
}
