import TimeFormat

/// Reads the members of a mapping that was held to its schema. What does not fit was reported already and reads as absent.
package struct Fields {
  package let node: YAMLNode

  package init(_ node: YAMLNode) { self.node = node }

  package func node(_ name: String) -> YAMLNode? { node[name].flatMap { $0.isNull ? nil : $0 } }
  package func has(_ name: String) -> Bool { node(name) != nil }
  package func text(_ name: String) -> String? { node(name)?.text }
  package func text(_ name: String, or other: String) -> String { text(name) ?? other }
  package func integer(_ name: String) -> Int? { node(name)?.integer }
  package func number(_ name: String) -> Double? { node(name)?.number }
  package func flag(_ name: String) -> Bool? { node(name)?.flag }
  package func duration(_ name: String) -> Duration? { text(name).flatMap(Duration.init(option:)) }
  package func date(_ name: String) -> CalendarDay? { text(name).flatMap(CalendarDay.init) }
  package func texts(_ name: String) -> [String] { node(name)?.elements?.compactMap(\.text) ?? [] }
  package func records(_ name: String) -> [Fields] { node(name)?.elements?.map(Fields.init) ?? [] }
  /// The entries of a mapping of scalars, in the file's order.
  package func pairs(_ name: String) -> [(name: String, text: String)] {
    (node(name)?.entries ?? []).compactMap { entry in
      guard let name = entry.key.text, let text = entry.value.text else { return nil }
      return (name, text)
    }
  }
  package func record(_ name: String) -> Fields? { node(name).map(Fields.init) }
}
