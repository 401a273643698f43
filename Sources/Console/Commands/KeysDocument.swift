/// `docs/keys.md`, written from the table of commands.
package enum KeysDocument {
  /// - Parameter keys: those of a user who has given commands other ones.
  package static func markdown(_ keys: KeyMap = .standard) -> String {
    var text = """
      # Keys

      Written from the console's table of commands by `periplus keys`; the same table gives the help (`?`), the palette (`:`) and
      the footer. A `keys:` section in `config.yaml` of the state folder gives commands other keys, and then `periplus keys`, the help
      and the footer show those:

          keys:
            follow: F
            quit: "Q ctrl-q"      # more than one, separated by blanks
            export: ""            # none: the palette still has it

      """
    for group in Command.Group.allCases {
      text += "\n## \(group.rawValue)\n\n| key | command | does | where |\n|---|---|---|---|\n"
      for command in CommandTable.all where command.group == group {
        let keys = keys.names(command.id).map { "`\($0.replacing("|", with: "\\|"))`" }.joined(separator: " ")
        let name = "`:\(command.name)" + (command.argument.map { " \($0)" } ?? "") + "`" + command.aliases.map { " `:\($0)`" }.joined()
        let pages = command.pageTitles.joined(separator: ", ")
        text += "| \(keys) | \(name) | \(command.doc) | \(pages.isEmpty ? "everywhere" : pages) |\n"
      }
    }
    text += """

      ## Mouse

      A click selects a row, a double click drills into it, the wheel moves, a click on a tab opens its page, a click on a column's header
      sorts by it where the page can be sorted. All of it is on keys too.

      """
    return text
  }
}
