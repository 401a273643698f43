import JSONBytes
import StrictYAML
import Testing

@Suite("Variables")
struct VariablesTests {
  @Test(
    "names are filled, what is no name is left alone",
    arguments: [
      ("a ${x} b ${y}", "a 1 b "), ("$", "$"), ("${", "${"), ("${x", "${x"), ("${ x }", "${ x }"), ("$${x}", "$1"), ("{x} $x", "{x} $x"),
      (#"{"a":${x}}"#, #"{"a":1}"#), ("${answer:x}", "2"),
    ])
  func fill(text: String, expected: String) {
    #expect(Variables(["x": "1", "answer:x": "2"]).fill(text) == expected)
  }

  @Test("a tree is filled before anything reads it: a plain number becomes a number, nothing becomes an empty text")
  func tree() throws {
    let text = "count: ${n}\nquoted: '${n}'\nnone: ${absent}\nlist:\n  - ${n}\n"
    let root = try #require(YAMLReader.read(text, file: "v").root)
    let fields = Fields(Variables(["n": "3"]).fill(root))
    #expect(fields.integer("count") == 3)
    #expect(fields.integer("quoted") == nil && fields.text("quoted") == "3")
    #expect(fields.text("none") == "")
    #expect(fields.texts("list") == ["3"])
    #expect(fields.node.json == ["count": 3, "quoted": "3", "none": "", "list": [3]])
  }

  @Test("a variable may stand for any scalar, and every name must be set by somebody")
  func lint() throws {
    let root = try #require(YAMLReader.read("count: ${n}\nname: ${m}\nlist: ${n}\n", file: "v").root)
    let schema = RecordSchema(
      "a thing",
      [
        SchemaField("count", .integer(1...9), "c"), SchemaField("name", .text, "n"), SchemaField("list", .list(.text), "l"),
      ])
    var check = SchemaCheck(file: "v", allowsVariables: true)
    check.check(root, .record(schema), at: "")
    check.variables(root, known: ["n", "number"])
    #expect(
      check.diagnostics.map(\.text) == [
        "v:3:7: error: list: expected a list, each entry text, came '${n}'", "v:2:7: error: nothing sets '${m}'",
      ])
  }
}
