package import JSONBytes

/// A demo in a list.
extension Demo {
  package static let listShape = JSONShape<Demo>([
    JSONField("demo", .number) { $0.number }, JSONField("title", .string) { $0.title }, JSONField("sprint", .number) { $0.sprint },
    JSONField("facility", .string) { $0.facility }, JSONField("minutes", .number) { $0.minutes },
    JSONField("steps", .number) { $0.steps.count },
    JSONField("weight", .number, "of the concepts that it reveals") { $0.reveals.reduce(0) { $0 + $1.weight } },
  ])
}
