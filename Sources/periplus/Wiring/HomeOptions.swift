import ArgumentParser
import StateDirectory

/// Where state lives.
struct HomeOptions: ParsableArguments {
  @Option(
    name: .customLong("home"),
    help: ArgumentHelp("Where state lives (default: $PERIPLUS_HOME, or periplus in the XDG state directory).", valueName: "folder"))
  var path: String?

  func resolve() throws -> Home {
    if let path {
      let absolute = Files.absolute(path)
      return Home(path: absolute)
    }
    return try Home.resolve()
  }
}
