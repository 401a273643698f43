import ArgumentParser
import Spelling

/// A word where the name of a command belongs, and which command was probably meant.
struct MistypedCommand {
  let word: String
  /// The commands before it: `periplus learn`.
  let path: String
  let meant: String?

  /// `nil` when every word that names a command names one.
  init?(_ arguments: some Sequence<String>, in root: any ParsableCommand.Type = Periplus.self) {
    var path = [root._commandName]
    var command: any ParsableCommand.Type = root
    for word in arguments {
      // `help` is a command of the root that takes the names of others.
      if word == "help", path.count == 1 { continue }
      let commands = command.configuration.subcommands
      guard !commands.isEmpty, !word.hasPrefix("-") else { return nil }
      guard let next = commands.first(where: { $0._commandName == word }) else {
        self.word = word
        self.path = path.joined(separator: " ")
        let shown = commands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        meant = EditDistance.nearest(to: word, among: shown) ?? Self.started(by: word, among: shown)
        return
      }
      path.append(word)
      command = next
    }
    return nil
  }

  /// `resch` is short for `reschedules`.
  private static func started(by word: String, among names: [String]) -> String? {
    let begun = names.filter { $0.hasPrefix(word) }
    return begun.count == 1 ? begun[0] : nil
  }

  var sentence: String {
    let hint = meant.map { "did you mean '\(path) \($0)'? " } ?? ""
    return "there is no command '\(path) \(word)'; \(hint)'\(path) --help' lists those that there are"
  }
}
