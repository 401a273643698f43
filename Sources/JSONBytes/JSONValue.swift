/// An untyped JSON tree (RFC 8259) whose objects keep the order in which their members came.
///
/// Integers that fit in 64 bits stay integers, so that a resource version or a nanosecond time goes
/// through unharmed; every other number is a `Double`.
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  package var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }
  package var isNull: Bool { self == .null }

  /// The value as an integer; a `Double` counts when it is whole and in range.
  package var intValue: Int64? {
    switch self {
    case .int(let value): value
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }

  package var doubleValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The member of an object. Setting on `.null` makes an object of it; setting on any other scalar or
  /// array replaces it, because the caller has said what shape it wants. Setting `nil` removes the member.
  package subscript(key: String) -> JSONValue? {
    get { objectValue?[key] }
    set {
      var object: JSONObject
      if case .object(let present) = self { object = present } else { object = JSONObject() }
      self = .null  // releases the storage, so that the next line edits in place
      object[key] = newValue
      self = .object(object)
    }
  }

  package subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The value at a path of object keys; `nil` when any step is missing.
  package func at(_ path: String...) -> JSONValue? { at(path) }

  package func at(_ path: [String]) -> JSONValue? {
    var value = self
    for key in path {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value
  }

  /// Sets the value at a path of object keys, making the objects on the way; `nil` removes the last key.
  package mutating func set(_ path: String..., to value: JSONValue?) { set(path[...], to: value) }

  package mutating func set(_ path: ArraySlice<String>, to value: JSONValue?) {
    guard let first = path.first else {
      self = value ?? .null
      return
    }
    if path.count == 1 {
      self[first] = value
      return
    }
    var child = self[first] ?? .object(JSONObject())
    if value == nil, self[first] == nil { return }
    self[first] = .null
    child.set(path.dropFirst(), to: value)
    self[first] = child
  }
}

// Not by nil: `condition ? nil : value` would become a null where the caller means "absent".
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { .init(key: $0.0, value: $0.1) }))
  }
}

/// The members of a JSON object in the order they came. Look-up is linear: objects of the formats read
/// here have few members, and order and small size matter more than a hash table.
package struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
  package struct Member: Sendable, Hashable {
    package var key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  package private(set) var members: [Member]

  package init(_ members: [Member] = []) { self.members = members }

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = elements.map { Member(key: $0.0, value: $0.1) }
  }

  package var isEmpty: Bool { members.isEmpty }
  package var count: Int { members.count }
  package var keys: [String] { members.map(\.key) }

  package subscript(key: String) -> JSONValue? {
    get { members.last { $0.key == key }?.value }
    set {
      if let index = members.lastIndex(where: { $0.key == key }) {
        if let newValue { members[index].value = newValue } else { members.remove(at: index) }
      } else if let newValue {
        members.append(Member(key: key, value: newValue))
      }
    }
  }
}

/// Equality ignores the order of members, as RFC 8259 does; of members with the same key the last counts, as in look-up.
extension JSONObject: Hashable {
  package static func == (one: JSONObject, other: JSONObject) -> Bool {
    one.members == other.members
      || one.members.allSatisfy { one[$0.key] == other[$0.key] } && other.members.allSatisfy { one[$0.key] == other[$0.key] }
  }

  package func hash(into hasher: inout Hasher) {
    var sum = 0
    for (key, value) in Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }) {
      sum ^= Member(key: key, value: value).hashValue
    }
    hasher.combine(sum)
  }
}

extension JSONObject: Sequence {
  package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}
