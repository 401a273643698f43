package import Screen

/// Which key gives which command, from the table and the user's `keys:`.
package struct KeyMap: Sendable {
  private var bindings: [KeyPress: [CommandID]] = [:]
  private var keys: [CommandID: [KeyPress]] = [:]

  /// The table's own keys.
  package static let standard = KeyMap(validated: [:])

  /// - Parameter remapped: a command's name and its keys, separated by blanks; an empty text takes its keys away.
  package static func make(remapped: [String: String]) -> Result<KeyMap, KeyMapError> {
    var problems: [String] = []
    var valid: [CommandID: [KeyPress]] = [:]
    for (name, text) in remapped.sorted(by: { $0.key < $1.key }) {
      guard let id = CommandID(rawValue: name) else {
        problems.append("keys: there is no command \"\(name)\"; `?` in the console lists them.")
        continue
      }
      var presses: [KeyPress] = []
      for key in text.split(separator: " ") {
        if let press = KeyPress(name: String(key)) {
          presses.append(press)
        } else {
          problems.append("keys: \"\(key)\" for \(name) is no key; keys are like f, F, ctrl-f, PgDn, F5.")
        }
      }
      valid[id] = presses
    }
    let map = KeyMap(validated: valid)
    for page in PageKind.allCases {
      for (press, ids) in map.bindings {
        let here = ids.filter { CommandTable.command($0)?.applies(to: page) == true }
        if here.count > 1 {
          problems.append(
            "keys: \(press.name) means both \(here[0].rawValue) and \(here[1].rawValue) on one page; give one of them another key.")
        }
      }
    }
    return problems.isEmpty ? .success(map) : .failure(KeyMapError(problems: Array(Set(problems)).sorted()))
  }

  private init(validated remapped: [CommandID: [KeyPress]]) {
    for command in CommandTable.all {
      let presses = remapped[command.id] ?? command.keys.compactMap { KeyPress(name: $0) }
      keys[command.id] = presses
      for press in presses { bindings[press, default: []].append(command.id) }
    }
  }

  package func command(for press: KeyPress, on page: PageKind) -> CommandID? {
    bindings[press]?.first { CommandTable.command($0)?.applies(to: page) == true }
  }

  /// The keys of a command as the help writes them: `ctrl-f PgDn`.
  package func text(_ id: CommandID) -> String { (keys[id] ?? []).map(\.name).joined(separator: " ") }

  package func first(_ id: CommandID) -> String? { keys[id]?.first?.name }
}

package struct KeyMapError: Error, Sendable, Hashable {
  package var problems: [String]
}
