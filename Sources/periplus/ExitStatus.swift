import ArgumentParser
import Glibc
import RecordStore
import Training

/// What the exit code tells a script.
enum ExitStatus: Int32 {
  case done = 0
  /// Something red, a lint error, or not found.
  case finding = 1
  case usage = 2
  /// What the command needs is not there: no terminal, a port in use, a missing file.
  case environment = 3

  init(_ kind: ActionError.Kind) {
    switch kind {
    case .notFound: self = .finding
    case .usage: self = .usage
    case .environment: self = .environment
    }
  }

  /// Prints what went wrong, in one sentence, and ends the process.
  static func finish(with error: any Error) -> Never {
    if let problem = error as? Problem {
      if !problem.sentence.isEmpty { Output.complain(problem.sentence) }
      exit(problem.status.rawValue)
    }
    if let error = error as? ActionError {
      Output.complain(error.sentence)
      exit(ExitStatus(error.kind).rawValue)
    }
    if let error = error as? StoreError, error.kind == .query {
      Output.complain(error.sentence)
      exit(usage.rawValue)
    }
    let code = Periplus.exitCode(for: error)
    let mistyped = MistypedCommand(CommandLine.arguments.dropFirst())
    if code == .success, mistyped == nil {  // --help, --version
      Output.write(Periplus.fullMessage(for: error) + "\n")
      exit(done.rawValue)
    }
    if code == .validationFailure || code == .success {
      if let mistyped {
        Output.complain(mistyped.sentence)
      } else {
        Output.complainVerbatim(Periplus.fullMessage(for: error))
      }
      exit(usage.rawValue)
    }
    Output.complain("\(error)")
    exit(environment.rawValue)
  }
}

/// Why a command could not do what was asked: one sentence and the exit status.
struct Problem: Error, CustomStringConvertible {
  var status: ExitStatus
  var sentence: String
  var description: String { sentence }

  static func finding(_ sentence: String = "") -> Problem { Problem(status: .finding, sentence: sentence) }
  static func usage(_ sentence: String) -> Problem { Problem(status: .usage, sentence: sentence) }
  static func environment(_ sentence: String) -> Problem { Problem(status: .environment, sentence: sentence) }
}
