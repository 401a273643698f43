import Checks
import StrictYAML

/// The checks and actions that plans, lessons and demos may name, as Markdown: `docs/checks-and-actions.md` is this text.
package enum LibraryDocument {
  package static let markdown: String = {
    var text = """
      # Checks and actions

      The checks and actions that plans, lessons and demos can use. Generated from their definitions by `periplus learn reference`.

      ## Checks

      Under `checks` of a plan, `verify` and `when` of a lesson, `expect` of a demo.


      """
    for check in CheckLibrary.all {
      text +=
        "### `\(check.id)`\n\n\(check.assertion) When it fails: \(check.onFailure) How to fix: \(check.howToFix)\n\n\(table(check.parameters))\n"
    }
    text += """
      ## Actions

      Under `setup`, `reset`, `offers`, `solve` and `do`. Each entry of these lists has exactly one of these keys; a value may be `${name}`.


      """
    for action in ActionLibrary.all {
      let place = action.isLearners ? " In `solve` and wrong paths only." : ""
      text += "### `\(action.id)`\n\n\(sentence(action.meaning))\(place)\n\n\(table(action.parameters))\n"
    }
    return String(text.dropLast())
  }()

  private static func table(_ schema: RecordSchema) -> String {
    guard !schema.fields.isEmpty else { return "No parameters.\n" }
    let rows = schema.fields.map {
      "| `\($0.name)`\($0.isRequired ? ", required" : "") | \(escaped($0.type.expected)) | \(escaped($0.meaning)) |\n"
    }
    return "| parameter | is | |\n|---|---|---|\n" + rows.joined()
  }

  private static func sentence(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() + "." }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
