import Application
import ArgumentParser
import StateDirectory
import StrictYAML

/// Which application it is about.
struct AppOptions: ParsableArguments {
  @Option(
    name: .customLong("app"),
    help: ArgumentHelp("What is known of the application (default: $PERIPLUS_APP, or app.yaml beside the program).", valueName: "file"))
  var path: String?

  func file() throws -> AppFile { try AppFile.locate(path) }
}

/// An app profile on disk.
struct AppFile {
  let path: String

  /// The one that is named, else that of `$PERIPLUS_APP`, else the one that comes with the program.
  static func locate(_ given: String? = nil) throws -> AppFile {
    if let path = given ?? Environment.current["PERIPLUS_APP"], !path.isEmpty {
      return AppFile(path: Files.absolute(path))
    }
    return AppFile(path: try Share.locate().app)
  }

  /// The manifests of a sprint lie beside it.
  func manifests(sprint: Int) -> String { "\(Files.parent(of: path) ?? ".")/deploy/rendered/sprint-\(sprint).yaml" }

  /// The profile, where there is one that can be used.
  var profile: AppProfile? { Files.text(path).flatMap { AppProfileParser.parse($0, file: path).profile } }

  /// - Throws: a finding after every mistake was printed with its line.
  func read() throws -> AppProfile {
    let (profile, diagnostics) = AppProfileParser.parse(try text(), file: path)
    if let profile { return profile }
    for diagnostic in diagnostics { Output.complain(diagnostic.text) }
    throw Problem.finding("the app profile cannot be used; correct what is named above, or name another with --app FILE")
  }

  /// - Throws: a finding with the first mistake, for a place where nothing can be printed.
  func readQuietly() throws -> AppProfile {
    let (profile, diagnostics) = AppProfileParser.parse(try text(), file: path)
    if let profile { return profile }
    let first = diagnostics.first { $0.severity == .error }?.text ?? "it is empty"
    throw Problem.finding("the app profile cannot be used: \(first); correct it, or name another with --app FILE")
  }

  private func text() throws -> String {
    guard let text = Files.text(path) else {
      throw Problem.environment(
        "expected an app profile at \(path) and found none that can be read; --app FILE or PERIPLUS_APP names another")
    }
    return text
  }
}
