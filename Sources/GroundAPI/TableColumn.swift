import JSONBytes
import TimeFormat

/// One column of a `Table` (meta/v1), and how its cell comes from an object.
struct TableColumn: Sendable {
  var name: String
  var type: String
  var format: String
  var description: String
  /// 0 always shown, 1 with `-o wide`.
  var priority: Int
  var cell: @Sendable (JSONValue, Timestamp) -> JSONValue

  init(
    _ name: String, integer: Bool = false, format: String = "", wide: Bool = false, _ description: String,
    _ cell: @escaping @Sendable (JSONValue, Timestamp) -> JSONValue
  ) {
    self.name = name
    type = integer ? "integer" : "string"
    self.format = format
    self.description = description
    priority = wide ? 1 : 0
    self.cell = cell
  }

  var definition: JSONValue {
    [
      "name": .string(name), "type": .string(type), "format": .string(format), "description": .string(description),
      "priority": .int(Int64(priority)),
    ]
  }
}

/// Columns that several kinds have.
extension TableColumn {
  static let name = TableColumn("Name", format: "name", "Name must be unique within a namespace.") { object, _ in
    object.at("metadata", "name") ?? ""
  }

  static let age = TableColumn("Age", "The time since the object was created.", Cell.age)

  static let data = TableColumn("Data", "The number of entries.") { object, _ in
    .int(Int64((object["data"]?.objectValue?.count ?? 0) + (object["binaryData"]?.objectValue?.count ?? 0)))
  }

  static let containers = TableColumn("Containers", wide: true, "Names of each container in the template.") { object, _ in
    Cell.containers(object.at("spec", "template"), "name")
  }

  static let images = TableColumn("Images", wide: true, "Images referenced by each container in the template.") { object, _ in
    Cell.containers(object.at("spec", "template"), "image")
  }

  static let selector = TableColumn("Selector", wide: true, "Label selector for pods.") { object, _ in
    Cell.selector(object.at("spec", "selector"))
  }

  /// A number at a path; 0 where it is missing.
  static func number(_ name: String, _ description: String, at path: String...) -> TableColumn {
    TableColumn(name, integer: true, description) { object, _ in Cell.number(object.at(path)) }
  }

  /// A text at a path; empty where it is missing.
  static func text(_ name: String, wide: Bool = false, _ description: String, at path: String...) -> TableColumn {
    TableColumn(name, wide: wide, description) { object, _ in object.at(path) ?? "" }
  }
}
