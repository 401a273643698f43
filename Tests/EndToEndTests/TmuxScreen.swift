import Foundation
import Testing

/// The real console in a real terminal multiplexer.
final class TmuxScreen {
  let socket: String
  let session = "periplus"

  /// Starts a shell of its own, so that what the console leaves behind in the terminal can be looked at.
  init(_ ground: GroundFixture, columns: Int = 80, rows: Int = 24) throws {
    socket = "\(ground.home.deletingLastPathComponent().lastPathComponent)-\(UUID().uuidString.prefix(8))"
    try tmux(["new-session", "-d", "-s", session, "-x", "\(columns)", "-y", "\(rows)", "env", "PS1=ready> ", "TERM=tmux-256color", "sh"])
    for (name, value) in ground.environment where name != "TERM" { try type("export \(name)='\(value)'") }
    try type("cd \(ground.bin.path) && clear")
  }

  /// Ends every terminal that was opened on a ground.
  static func closeAll(of ground: GroundFixture) {
    guard let tmux = Program.find("tmux") else { return }
    let folder = "/tmp/tmux-\(geteuid())"
    let prefix = ground.home.deletingLastPathComponent().lastPathComponent
    for socket in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where socket.hasPrefix(prefix) {
      _ = try? Program.run(tmux, ["-L", socket, "kill-server"], asOrdinaryUser: false, limit: 10)
      try? FileManager.default.removeItem(atPath: "\(folder)/\(socket)")
    }
  }

  @discardableResult
  func tmux(_ arguments: [String]) throws -> Program.Outcome {
    try Program.run(
      try #require(Program.find("tmux")), ["-L", socket, "-f", "/dev/null"] + arguments, asOrdinaryUser: false, limit: 10)
  }

  func type(_ line: String) throws {
    try tmux(["send-keys", "-t", session, "-l", line])
    try tmux(["send-keys", "-t", session, "Enter"])
  }

  func keys(_ keys: String...) throws { try tmux(["send-keys", "-t", session] + keys) }
  func resize(_ columns: Int, _ rows: Int) throws { try tmux(["resize-window", "-t", session, "-x", "\(columns)", "-y", "\(rows)"]) }

  var text: String { get throws { try tmux(["capture-pane", "-p", "-t", session]).output } }

  /// The terminal's state: whether the alternate screen is on, the cursor shown, the mouse asked for.
  var modes: String {
    get throws {
      try tmux(["display", "-p", "-t", session, "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"]).output
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  func shows(_ wanted: String, within seconds: Double = 20) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try text.contains(wanted) { return }
      try await ContinuousClock().sleep(for: .milliseconds(50))
    }
    Issue.record("no \(wanted) on the screen within \(seconds) s:\n\(try text)")
  }
}
