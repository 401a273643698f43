/// The form of a member's value, in the words of `docs/json.md`.
package enum JSONForm: String, Sendable, Hashable, CaseIterable {
  case string, number, boolean, object
  case strings = "array of strings"
  case objects = "array of objects"
  /// RFC 3339 in UTC.
  case time
  case times = "array of times"
  /// A number with fractions.
  case seconds
  case millis, micros
  /// 0 to 1.
  case share = "number, 0 to 1"
}

/// What a reader is told of one member of an object.
package struct JSONMember: Sendable, Hashable {
  package var name: String
  package var form: JSONForm
  /// One line; empty where the name says it all.
  package var meaning: String
  /// The members of the object, or of each object of the array.
  package var members: [JSONMember] = []
}

/// A value that ``JSONWriter`` writes as one token or tree.
package protocol JSONWritable: Sendable {
  func write(to json: inout JSONWriter)
}

extension String: JSONWritable {
  package func write(to json: inout JSONWriter) { json.value(self) }
}

extension Bool: JSONWritable {
  package func write(to json: inout JSONWriter) { json.value(self) }
}

extension Int: JSONWritable {
  package func write(to json: inout JSONWriter) { json.value(Int64(self)) }
}

extension Int64: JSONWritable {
  package func write(to json: inout JSONWriter) { json.value(self) }
}

extension Double: JSONWritable {
  package func write(to json: inout JSONWriter) { json.value(self) }
}

extension JSONValue: JSONWritable {
  package func write(to json: inout JSONWriter) { json.value(self) }
}

extension Array: JSONWritable where Element: JSONWritable {
  package func write(to json: inout JSONWriter) {
    json.array { json in for element in self { element.write(to: &json) } }
  }
}

/// One member of the object that stands for a row: what a reader is told of it, and how it is written.
package struct JSONField<Row>: Sendable {
  package let member: JSONMember
  fileprivate let write: @Sendable (Row, inout JSONWriter) -> Void

  /// - Parameters:
  ///   - isNull: written as `null` where there is no value; else the member is absent then.
  ///   - value: what is written; `nil` where the row has none.
  package init<Value: JSONWritable>(
    _ name: String, _ form: JSONForm, _ meaning: String = "", orNull isNull: Bool = false,
    _ value: @escaping @Sendable (Row) -> Value?
  ) {
    member = JSONMember(name: name, form: form, meaning: meaning)
    write = { row, json in
      if let value = value(row) {
        json.key(name)
        value.write(to: &json)
      } else if isNull {
        json.key(name)
        json.null()
      }
    }
  }

  /// An object inside the object; absent where the row has none.
  package init<Inner>(_ name: String, _ shape: JSONShape<Inner>, _ meaning: String = "", _ value: @escaping @Sendable (Row) -> Inner?) {
    member = JSONMember(name: name, form: .object, meaning: meaning, members: shape.members)
    write = { row, json in
      guard let inner = value(row) else { return }
      json.key(name)
      shape.write(inner, to: &json)
    }
  }

  /// An array of objects.
  package init<Inner>(_ name: String, each shape: JSONShape<Inner>, _ meaning: String = "", _ values: @escaping @Sendable (Row) -> [Inner])
  {
    member = JSONMember(name: name, form: .objects, meaning: meaning, members: shape.members)
    write = { row, json in
      json.key(name)
      json.array { json in for inner in values(row) { shape.write(inner, to: &json) } }
    }
  }
}

/// The object that stands for a row: its members in the order in which they are written.
package struct JSONShape<Row>: Sendable {
  /// The value of the member `type`, which comes first; `nil` where the lines of a command are all of one kind.
  package let type: String?
  package let fields: [JSONField<Row>]

  package init(type: String? = nil, _ fields: [JSONField<Row>]) {
    self.type = type
    self.fields = fields
  }

  /// The same members behind another `type`.
  package func typed(_ type: String) -> JSONShape { JSONShape(type: type, fields) }

  package var members: [JSONMember] { fields.map(\.member) }

  package func write(_ row: Row, to json: inout JSONWriter) {
    json.object { json in
      if let type { json.member("type", type) }
      for field in fields { field.write(row, &json) }
    }
  }

  /// The row on one line.
  /// - Parameter capacity: bytes to make room for at once.
  package func line(_ row: Row, reserving capacity: Int = 256) -> String {
    var json = JSONWriter(reserving: capacity)
    write(row, to: &json)
    return json.string
  }

  /// The row as a tree, for what travels as one.
  package func value(_ row: Row) -> JSONValue {
    var json = JSONWriter()
    write(row, to: &json)
    // What the writer wrote is JSON.
    return (try? JSONValue(parsing: json.bytes)) ?? .null
  }
}
