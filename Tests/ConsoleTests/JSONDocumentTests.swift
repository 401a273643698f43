import Foundation
import JSONBytes
import Testing
import Views

@Suite("The description of the JSON")
struct JSONDocumentTests {
  @Test("neighbours of one meaning share a line, members of objects stand in theirs")
  func markdown() {
    let part = JSONShape<Int>([JSONField("met", .boolean) { $0 > 0 }, JSONField("at", .time, "in UTC") { _ in "" }])
    let shape = JSONShape<Int>(
      type: "gate",
      [
        JSONField("id", .string) { "\($0)" }, JSONField("name", .string) { "\($0)" }, JSONField("cap", .number, "at most") { $0 },
        JSONField("reasons", each: part, "in order") { [$0] },
      ])
    let document = JSONDocument(
      introduction: "# JSON",
      sections: [
        .init("gates", "One object a gate.", .init(shape), .init(type: "record", reference: "see [logs](#logs)."), examples: "{}"),
        .init("parts", "One object.", part, closing: "That is all."),
      ])
    #expect(
      document.markdown == """
        # JSON

        ## gates

        One object a gate.

        `type` is `gate`:

        | key | type | |
        |---|---|---|
        | `id`, `name` | string |  |
        | `cap` | number | at most |
        | `reasons` | array of objects | in order; of `met`: boolean; `at`: time, in UTC |

        `type` is `record`: see [logs](#logs).

        ```json
        {}
        ```

        ## parts

        One object.

        | key | type | |
        |---|---|---|
        | `met` | boolean |  |
        | `at` | time | in UTC |

        That is all.

        """)
  }

  @Test("the examples of docs/json.md have only keys that the page describes")
  func examples() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/json.md")
    var keys: Set<String> = []
    var isExample = false
    var count = 0
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init) {
      if line.hasPrefix("## ") { keys = ["type"] }
      if line.hasPrefix("```") { isExample = line == "```json" }
      if line.hasPrefix("| `") {
        let cell = line.split(separator: "|")[0]
        keys.formUnion(cell.split(separator: ",").map { $0.filter { $0 != "`" && $0 != " " } })
      }
      guard isExample, line.hasPrefix("{") else { continue }
      let unknown = try JSONValue(parsing: line).objectValue?.keys.filter { !keys.contains($0) }
      #expect(unknown == [], "\(line)")
      count += 1
    }
    #expect(count >= 10)
  }
}
