import ArgumentParser
import Views

struct Completions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the completion script of a shell.",
    discussion: """
      bash:  periplus completions bash > ~/.local/share/bash-completion/completions/periplus
      zsh:   periplus completions zsh > "${fpath[1]}/_periplus"
      fish:  periplus completions fish > ~/.config/fish/completions/periplus.fish
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() {
    let shell: CompletionShell =
      switch self.shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Output.line(Periplus.completionScript(for: shell))
  }
}

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the keys of every command's --json, as docs/json.md.")

  func run() { Output.write(JSONReference.document.markdown) }
}

struct Man: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the manual page.",
    discussion: "periplus man | man -l -      or      periplus man > ~/.local/share/man/man1/periplus.1")

  func run() throws { Output.write(try ManualPage(help: Periplus._dumpHelp()).roff) }
}
