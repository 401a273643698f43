import ArgumentParser
import Glibc
import Terminal

/// The entry point. It parses on the one thread there is, so that a command can block signals before any other starts.
@main
enum Main {
  static func main() async {
    TerminalGuard.runIfRequested()
    StandardDescriptors.fill()
    // A reader that went away (`periplus logs | head`) is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Periplus.parseAsRoot(Periplus.arguments(from: Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      exit(ExitStatus.done.rawValue)
    } catch {
      ExitStatus.finish(with: error)
    }
  }
}
