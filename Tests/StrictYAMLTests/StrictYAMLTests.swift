import JSONBytes
import StrictYAML
import Testing

@Suite("Strict YAML")
struct StrictYAMLTests {
  private let schema = RecordSchema(
    "a box",
    [
      SchemaField("id", .identifier("box"), required: true, "its name"),
      SchemaField("size", .integer(1...9), "how wide"),
      SchemaField("color", .choice(["red", "green"]), "its color"),
      SchemaField("inside", .list(.record(RecordSchema("a thing", [SchemaField("in", .reference("box"), "the box it is in")]))), "things"),
    ])

  private func findings(_ text: String) -> [String] {
    let (root, syntax) = YAMLReader.read(text, file: "box.yaml")
    guard let root else { return syntax.map(\.text) }
    var check = SchemaCheck(file: "box.yaml")
    check.check(root, .record(schema), at: "")
    check.resolveReferences()
    return (syntax + check.diagnostics).inFileOrder().map(\.text)
  }

  @Test("aliases that stand for gigabytes, or are hashed as a key, are refused before they cost anything")
  func bombs() {
    func bomb(_ levels: Int) -> String {
      "a0: &a0 [x, x]\n" + (1...levels).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    }
    for text in [bomb(40), bomb(40) + "? *a40\n: 1\n"] {
      let error = #expect(throws: YAMLDiagnostic.self) { try YAMLDocuments.json(text, file: "config") }
      #expect(
        error?.text == "config:12:1: error: more than 20 aliases (*name): a few of them can stand for gigabytes; write the values out")
    }
    let few = try? YAMLDocuments.json(bomb(5), file: "config")
    #expect(few?.first?["a5"]?[1]?[1]?[1]?[1]?[1]?[1]?.stringValue == "x")
    let twice = #expect(throws: YAMLDiagnostic.self) { try YAMLDocuments.json("a: 1\nb: 2\na: 3\n", file: "config") }
    #expect(twice?.text == "config:1:1: error: key 'a' occurs twice in this mapping; keep one")
  }

  @Test("of a file with more mistakes than anybody reads the first are told, and that there are more")
  func many() {
    let unknown = findings("id: a\n" + (0..<5000).map { "k\($0): 1\n" }.joined())
    #expect(unknown.count <= 1001 && unknown.last?.contains("more than 1000 findings") == true, "\(unknown.count) \(unknown.last ?? "")")
    let references = findings("id: a\ninside:\n" + (0..<5000).map { "- {in: b\($0)}\n" }.joined())
    #expect(references.count <= 1001 && references.last?.contains("more than 1000 findings") == true, "\(references.count)")
    let lines = findings(String(repeating: "a: 1\n", count: 60_000))
    #expect(lines == ["box.yaml:50002:1: error: more than 50000 lines and commas; expected a file that people can read"])
  }

  @Test("every error at once, each with its place and what was probably meant")
  func errors() {
    #expect(findings("{id: a, size: 3, color: red, inside: [{in: a}]}") == [])
    #expect(
      findings("siez: 3\ncolor: geren\ninside:\n  - {in: b}\nsize: '3'\nid: bb\n") == [
        "box.yaml:1:1: error: unknown key 'siez' in a box; did you mean 'size'?",
        "box.yaml:2:8: error: color: expected one of red, green, came 'geren'; did you mean 'green'?",
        "box.yaml:4:10: error: there is no box 'b'",
        "box.yaml:5:7: error: size: expected a whole number from 1 to 9, came '3'",
      ])
  }

  @Test(
    "what is not YAML, or is dangerous YAML, is refused with its place",
    arguments: [
      ("", 1), ("a: [1, 2", 2), ("a: b: c", 1), ("x: &a [1]\ny: *a", 1), ("\tkey: 1", 1), ("--- a\n--- b", 2),
    ])
  func refused(text: String, line: Int) {
    let (root, diagnostics) = YAMLReader.read(text, file: "p")
    #expect(root == nil)
    #expect(diagnostics.first?.line == line, "\(diagnostics.map(\.text))")
  }

  @Test("deep nesting cannot exhaust the stack", arguments: ["[", "{a: ", "- ", "? "])
  func deep(unit: String) {
    let (root, diagnostics) = YAMLReader.read(String(repeating: unit, count: 50_000), file: "p")
    #expect(root == nil)
    #expect(diagnostics.hasErrors)
  }

  @Test("parameters are held to the table of the thing that is named, under the key that names it")
  func parameters() {
    let tables = ParameterTables(
      of: "drill", namedBy: ["drill"], ["kill": RecordSchema("the parameters of kill", [SchemaField("pods", .integer(1...3), "how many")])])
    let schema = RecordSchema(
      "a step", [SchemaField("drill", .text, required: true, "which"), SchemaField("parameters", .parameters, "its parameters")])
    func messages(_ text: String) -> [String] {
      guard let root = YAMLReader.read(text, file: "p").root else { return [] }
      var check = SchemaCheck(file: "p", named: tables)
      check.check(root, .record(schema), at: "")
      return check.diagnostics.map(\.text)
    }
    #expect(messages("{drill: kill, parameters: {pods: 2}}") == [])
    #expect(messages("{drill: kil}") == ["p:1:9: error: there is no drill 'kil'; did you mean 'kill'?"])
    #expect(
      messages("{drill: kill, parameters: {pods: 4}}") == [
        "p:1:34: error: kill parameters.pods: expected a whole number from 1 to 3, came the number 4"
      ])
  }

  @Test("documents of other programs keep the types of their values")
  func documents() throws {
    let text = "a: 1\nb: '1'\nc: true\nd: 2026-01-01\ne: 1.5\nf: ~\ng: [x, 0644]\nh: &p {q: 2}\ni: *p\n---\n---\nh: {}\n"
    let documents = try YAMLDocuments.json(text, file: "x")
    #expect(documents.count == 2)
    let first = documents[0]
    #expect(first["a"] == 1 && first["b"] == "1" && first["c"] == true && first["d"] == "2026-01-01" && first["e"] == 1.5)
    #expect(first["f"] == .null && first["i"] == ["q": 2])
    #expect(throws: YAMLDiagnostic.self) { try YAMLDocuments.json("a: [1", file: "x") }
    do {
      _ = try YAMLDocuments.json("a: [1", file: "manifest.yaml")
    } catch {
      #expect(error.text.hasPrefix("manifest.yaml:2:1: error: this is not YAML: "), "\(error.text)")
    }
  }
}
