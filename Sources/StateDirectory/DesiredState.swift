/// Whether the daemons of a home are meant to run; read by whoever finds one dead.
package enum DesiredState: String, Sendable {
  case up
  case down

  /// What was last asked for; down when nothing was.
  package static func read(_ home: Home) -> DesiredState {
    let text = Files.text(home.desired) ?? ""
    return DesiredState(rawValue: String(text.prefix { $0 != "\n" })) ?? .down
  }

  package func write(_ home: Home) throws { try Files.write(rawValue + "\n", to: home.desired) }
}
