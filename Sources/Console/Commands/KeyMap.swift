package import Screen
import Spelling

/// Which key gives which command, from the table and the user's `keys:`.
package struct KeyMap: Sendable {
  private var bindings: [KeyPress: [CommandID]] = [:]
  private var keys: [CommandID: [KeyPress]] = [:]

  /// The table's own keys.
  package static let standard = KeyMap(validated: [:])

  /// - Parameter remapped: a command's name and its keys, separated by blanks; an empty text takes its keys away.
  package static func make(remapped: [String: String]) -> Result<KeyMap, KeyMapError> {
    var problems: [KeyMapError.Problem] = []
    var valid: [CommandID: [KeyPress]] = [:]
    for (name, text) in remapped.sorted(by: { $0.key < $1.key }) {
      guard let id = CommandTable.command(named: name)?.id else {
        let near = EditDistance.nearest(to: name, among: CommandTable.all.map(\.name))
        let all = near == nil ? "; periplus keys lists them" : ""
        problems.append(.init(command: name, isOfName: true, message: "there is no command '\(name)'\(all)", suggestion: near))
        continue
      }
      var presses: [KeyPress] = []
      for key in text.split(separator: " ").map(String.init) {
        guard let press = KeyPress(name: key) else {
          problems.append(
            .init(command: name, message: "'\(key)' for \(name) is no key; keys are like f, F, ctrl-f, PgDn, F5", suggestion: near(key)))
          continue
        }
        if !presses.contains(press) { presses.append(press) }
      }
      valid[id] = presses
    }
    let map = KeyMap(validated: valid)
    problems += map.conflicts(remapped: Set(valid.keys))
    return problems.isEmpty ? .success(map) : .failure(KeyMapError(problems: problems))
  }

  private init(validated remapped: [CommandID: [KeyPress]]) {
    for command in CommandTable.all {
      let presses = remapped[command.id] ?? command.keys.compactMap { KeyPress(name: $0) }
      keys[command.id] = presses
      for press in presses { bindings[press, default: []].append(command.id) }
    }
  }

  package func command(for press: KeyPress, on page: PageID) -> CommandID? {
    bindings[press]?.first { CommandTable.command($0)?.applies(to: page) == true }
  }

  /// The names of a command's keys, the first one first.
  package func names(_ id: CommandID) -> [String] { (keys[id] ?? []).map(\.name) }

  /// The keys of a command as the help writes them: `ctrl-f PgDn`.
  package func text(_ id: CommandID) -> String { names(id).joined(separator: " ") }

  package func first(_ id: CommandID) -> String? { keys[id]?.first?.name }

  /// Keys that mean two things on one page; two commands that share no page may share a key.
  private func conflicts(remapped: Set<CommandID>) -> [KeyMapError.Problem] {
    var problems: [KeyMapError.Problem] = []
    for (press, ids) in bindings.sorted(by: { $0.key.name < $1.key.name }) where ids.count > 1 {
      for (index, one) in ids.enumerated() {
        for other in ids[(index + 1)...] {
          let pages = Pages.specs.filter { page in
            [one, other].allSatisfy { CommandTable.command($0)?.applies(to: page.id) == true }
          }
          guard !pages.isEmpty else { continue }
          let blamed = remapped.contains(other) ? other : one
          let rest = blamed == other ? one : other
          let place = pages.count == Pages.specs.count ? "" : " on \(pages.map(\.title).joined(separator: ", "))"
          problems.append(
            .init(
              command: blamed.name,
              message: "\(press.name) means both \(blamed.name) and \(rest.name)\(place); give one of them another key"))
        }
      }
    }
    return problems
  }

  /// What was probably meant by a key that there is not.
  private static func near(_ key: String) -> String? {
    let modifiers = ["", "ctrl-", "alt-", "shift-"]
    let named = [
      "Enter", "Esc", "Tab", "Space", "Backspace", "Delete", "Insert", "Up", "Down", "Left", "Right", "Home", "End", "PgUp", "PgDn",
    ]
    let tail = key.last.map(String.init) ?? ""
    return EditDistance.nearest(to: key, among: modifiers.flatMap { modifier in named.map { modifier + $0 } + [modifier + tail] })
  }
}

/// Everything that is wrong with a user's keys.
package struct KeyMapError: Error, Sendable, Hashable, CustomStringConvertible {
  package struct Problem: Sendable, Hashable {
    /// The entry of `keys:` that is to be mended.
    package var command: String
    /// Whether the command's name is wrong, and not its keys.
    package var isOfName = false
    package var message: String
    package var suggestion: String?
  }

  package var problems: [Problem]

  package var description: String { problems.map { "keys: \($0.command): \($0.message)" }.joined(separator: "; ") }
}
