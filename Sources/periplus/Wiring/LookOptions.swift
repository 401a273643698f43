import ArgumentParser

/// How the console looks.
struct LookOptions: ParsableArguments {
  @Flag(help: "Draw with ASCII alone.") var ascii = false
  @Flag(name: .customLong("no-color"), help: "Use no color (as NO_COLOR=1).") var noColor = false
  @Flag(help: "Show local times instead of UTC.") var local = false
  @Option(name: .customLong("escape-delay"), help: "Milliseconds to wait after Esc for the rest of a key; default 25, under ssh 100.")
  var escapeDelay: Int?
  @Flag(help: "Allow changes to clusters other than the proving ground; each asks first.") var actions = false
}
