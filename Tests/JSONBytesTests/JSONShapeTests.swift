import JSONBytes
import Testing

@Suite("JSON shapes")
struct JSONShapeTests {
  private struct Part {
    var name: String
  }

  private struct Row {
    var name = "a"
    var size: Int?
    var first: Part?
    var parts: [Part] = []
  }

  private static let part = JSONShape<Part>([JSONField("name", .string) { $0.name }])
  private static let shape = JSONShape<Row>([
    JSONField("name", .string, "as given") { $0.name },
    JSONField("size", .number) { $0.size },
    JSONField("sizeOrNull", .number, orNull: true) { $0.size },
    JSONField("first", part) { $0.first },
    JSONField("parts", each: part, "in order") { $0.parts },
    JSONField("names", .strings) { $0.parts.map(\.name) },
  ])

  @Test func whatARowDoesNotHaveIsAbsentOrNull() {
    #expect(Self.shape.line(Row()) == #"{"name":"a","sizeOrNull":null,"parts":[],"names":[]}"#)
    #expect(
      Self.shape.line(Row(size: 2, first: Part(name: "\"x"), parts: [Part(name: "y")]))
        == #"{"name":"a","size":2,"sizeOrNull":2,"first":{"name":"\"x"},"parts":[{"name":"y"}],"names":["y"]}"#)
  }

  @Test func theTypeComesFirst() {
    #expect(Self.part.typed("part").line(Part(name: "x")) == #"{"type":"part","name":"x"}"#)
    #expect(Self.part.typed("part").value(Part(name: "x")) == ["type": "part", "name": "x"])
  }

  @Test func theMembersAreToldInTheOrderInWhichTheyAreWritten() {
    #expect(Self.shape.members.map(\.name) == ["name", "size", "sizeOrNull", "first", "parts", "names"])
    #expect(Self.shape.members.map(\.form) == [.string, .number, .number, .object, .objects, .strings])
    #expect(Self.shape.members[0].meaning == "as given" && Self.shape.members[0].members.isEmpty)
    #expect(Self.shape.members[4].meaning == "in order" && Self.shape.members[4].members == Self.part.members)
  }
}
