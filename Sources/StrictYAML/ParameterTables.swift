/// Named things that take parameters: which there are, and the table of each. A field of the type ``SchemaType/parameters`` is held to
/// the table of the thing that its record names.
package struct ParameterTables: Sendable, Hashable {
  /// What they are, for an error's sentence: `check`.
  package var kind: String
  /// The keys of a record that may name one, e.g. `id` in a plan and `check` in a lesson.
  package var naming: [String]
  package var tables: [String: RecordSchema]

  package init(of kind: String, namedBy naming: [String], _ tables: [String: RecordSchema]) {
    self.kind = kind
    self.naming = naming
    self.tables = tables
  }
}
