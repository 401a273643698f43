import JSONBytes

/// The manual page in roff (man(7)), made from the parser's own description of every command, so that it cannot
/// say anything else than `--help` does.
struct ManualPage {
  private let command: JSONValue

  /// - Parameter help: the JSON of the argument parser's `--experimental-dump-help`.
  init(help: String) throws { command = try JSONValue(parsing: help)["command"] ?? .null }

  var roff: String {
    var lines = [
      ".TH PERIPLUS 1 \"\" \"periplus \(Version.text)\" \"Periplus\"",
      ".SH NAME",
      "periplus \\- \(escape(text(command, "abstract")))",
      ".SH SYNOPSIS",
      ".B periplus",
      ".I command",
      "[options]",
      ".SH DESCRIPTION",
      escape(text(command, "discussion")),
      ".SH COMMANDS",
    ]
    for child in children(of: command) { describe(child, path: [], into: &lines) }
    lines += [
      ".SH ENVIRONMENT",
      ".TP", ".B PERIPLUS_HOME", "Where state lives; the default is periplus below the XDG state directory.",
      ".TP", ".B KUBECONFIG", "The clusters that \\fBconsole\\fR and \\fBrecord\\fR watch when they are asked to.",
      ".TP", ".B NO_COLOR", "When set, no color is used.",
      ".SH EXIT STATUS",
      "0 done; 1 a finding (red, lint error, not found); 2 wrong usage; 3 something the command needs is missing.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func children(of command: JSONValue) -> [JSONValue] {
    (command["subcommands"]?.arrayValue ?? []).filter { text($0, "commandName") != "help" && $0["shouldDisplay"]?.boolValue != false }
  }

  private func describe(_ command: JSONValue, path: [String], into lines: inout [String]) {
    let path = path + [text(command, "commandName")]
    lines += [".SS periplus \(path.joined(separator: " "))", escape(text(command, "abstract"))]
    let discussion = text(command, "discussion")
    if !discussion.isEmpty { lines += [".PP", escape(discussion)] }
    for argument in command["arguments"]?.arrayValue ?? [] where argument["shouldDisplay"]?.boolValue == true {
      let abstract = text(argument, "abstract")
      let names = (argument["names"]?.arrayValue ?? []).map { name in
        (text(name, "kind") == "long" ? "\\-\\-" : "\\-") + escape(text(name, "name"))
      }
      let value = text(argument, "valueName")
      switch text(argument, "kind") {
      case "positional": lines += [".TP", ".I \(escape(value))", escape(abstract)]
      case "flag": lines += [".TP", ".B \(names.joined(separator: ", "))", escape(abstract)]
      default: lines += [".TP", "\\fB\(names.joined(separator: ", "))\\fR \\fI\(escape(value))\\fR", escape(abstract)]
      }
    }
    for child in children(of: command) { describe(child, path: path, into: &lines) }
  }

  private func text(_ value: JSONValue, _ key: String) -> String { value[key]?.stringValue ?? "" }

  /// A line that starts with a dot or an apostrophe would be a request; a backslash an escape.
  private func escape(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var out = ""
      for character in line {
        switch character {
        case "\\": out += "\\e"
        case "-": out += "\\-"
        default: out.append(character)
        }
      }
      return out.hasPrefix(".") || out.hasPrefix("'") ? "\\&" + out : out
    }.joined(separator: "\n.br\n")
  }
}
