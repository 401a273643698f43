/// Whether the daemons of a home are meant to run; read by whoever finds one dead.
package enum DesiredState: String, Sendable {
  case up
  case down

  /// What was last asked for; down when nothing was.
  package static func read(_ home: Home) -> DesiredState {
    let text = Files.text(home.desired) ?? ""
    return DesiredState(rawValue: String(text.prefix { $0 != "\n" })) ?? .down
  }

  /// On a full disk `down` is written by removing the file, which needs no room.
  package func write(_ home: Home) throws {
    do { try Files.write(rawValue + "\n", to: home.desired) } catch {
      guard self == .down, (try? Files.remove(home.desired)) != nil else { throw error }
    }
  }
}
