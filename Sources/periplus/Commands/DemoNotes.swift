import ArgumentParser
import Glibc
import StateDirectory
import Training
import TrainingGround

extension DemoCommand {
  struct Notes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the presenter's notes of the demo that a console shows, in another terminal.",
      discussion: """
        Follows the console: note, what the step does and expects, what to do if it fails, the next step, elapsed time. Where standard
        output is no terminal, or with --linear, it prints text again with each change. Exit code 1 with --once when no demo is open.
        """)

    @OptionGroup var home: HomeOptions
    @Flag(help: "Print text, again with each change, instead of a full screen.") var linear = false
    @Flag(help: "Print the notes as they are now, as text, and end.") var once = false
    @Flag(help: "Draw with ASCII alone.") var ascii = false
    @Flag(name: .customLong("no-color"), help: "Use no color (as NO_COLOR=1).") var noColor = false

    func run() async throws {
      let home = try home.resolve()
      if once {
        guard let notes = DemoNotesFile(home).read() else {
          throw Problem.finding("no demo is open in a console of \(home.path); :demo NUMBER in the console opens one")
        }
        for line in PresenterView(notes, now: WallClock.now()).lines(width: TerminalWidth.columns) { Output.line(line) }
        return
      }
      let session = PresenterSession(home: home, isASCII: ascii, isMono: noColor)
      if linear || isatty(STDOUT_FILENO) != 1 || isatty(STDIN_FILENO) != 1 {
        await session.follow(width: TerminalWidth.columns)
      } else {
        try await session.run()
      }
    }
  }
}
