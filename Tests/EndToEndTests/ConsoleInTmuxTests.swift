import Foundation
import Testing

@Suite("The console in a terminal", .serialized, .onGround, .enabled(if: Program.find("tmux") != nil, "needs tmux on PATH"))
struct ConsoleInTmuxTests {
  var ground: GroundFixture { get throws { try #require(GroundFixture.current) } }

  @Test("pages by number, resize, quit: the terminal is as it was")
  func pagesAndQuit() async throws {
    let screen = try TmuxScreen(try ground)
    try screen.type("./periplus console; echo status=$?")
    try await screen.shows("Voyage")
    for (key, wanted) in [("2", "billing"), ("3", "Reschedules"), ("4", "Logs"), ("1", "Logging")] {
      try screen.keys(key)
      try await screen.shows(wanted)
    }
    for (columns, rows) in [(120, 40), (40, 10), (200, 60), (80, 24)] { try screen.resize(columns, rows) }
    try await screen.shows("Logging")
    #expect(try screen.modes.hasPrefix("1"))
    try screen.keys("q")
    try await screen.shows("status=0")
    #expect(try screen.modes == "0 1 0")
    try screen.type("echo raw=$(stty -a | grep -c -- -icanon)")
    try await screen.shows("raw=0")
  }

  @Test("the terminal is restored when the console is killed", arguments: ["KILL", "SEGV", "TERM", "HUP"])
  func killed(signal: String) async throws {
    let ground = try ground
    let screen = try TmuxScreen(ground)
    try screen.type("./periplus console --page logs; echo status=$?")
    try await screen.shows("4 Logs")
    let console = try #require(ground.processes().first { $0.command.contains("console --page logs") })
    _ = try Program.runAsIs("/bin/kill", ["-\(signal)", "\(console.pid)"])
    // What the shell says of the death may come before the guard leaves the alternate screen, and go with it.
    try await ground.eventually(within: 20, "the alternate screen is left") { try screen.modes == "0 1 0" }
    try screen.type("echo raw=$(stty -a | grep -c -- -icanon)")
    try await screen.shows("raw=0")
    try await ground.eventually(within: 5, "no console and no guard is left") {
      !ground.processes().contains { $0.command.contains("console --page logs") || $0.command.contains("guard") }
    }
  }

  @Test("ctrl-z suspends, fg resumes")
  func suspend() async throws {
    let screen = try TmuxScreen(try ground)
    try screen.type("bash --norc")
    try screen.type("./periplus console")
    try await screen.shows("Voyage")
    try screen.keys("C-z")
    try await screen.shows("Stopped")
    try screen.type("fg")
    try await screen.shows("billing")
    try screen.keys("q")
  }

  @Test("escape sequences in a log are shown, not obeyed")
  func escapes() async throws {
    let ground = try ground
    let file = ground.home.appending(path: "evil.log")
    try "\u{1B}[2J\u{1B}]0;owned\u{07}evil \u{202E}text\n".write(to: file, atomically: true, encoding: .utf8)
    #expect(try ground.periplus("ingest", file.path).status == 0)
    let screen = try TmuxScreen(ground, columns: 120, rows: 40)
    try screen.type("./periplus console --page logs")
    try await screen.shows("4 Logs")
    try screen.keys("/")
    try screen.type("evil")
    try await screen.shows("␛[2J")
    #expect(try screen.tmux(["display", "-p", "-t", screen.session, "#{pane_title}"]).output.contains("owned") == false)
    try screen.keys("q")
  }

  @Test("lines are written, never moved by the terminal's scrolling, which not every terminal has")
  func noScrolling() async throws {
    let ground = try ground
    let file = ground.home.appending(path: "many.log")
    try (1...200).map { "line \($0)\n" }.joined().write(to: file, atomically: true, encoding: .utf8)
    #expect(try ground.periplus("ingest", file.path).status == 0)
    let screen = try TmuxScreen(ground)
    let bytes = ground.home.appending(path: "terminal-bytes")
    try screen.tmux(["pipe-pane", "-t", screen.session, "cat > '\(bytes.path)'"])
    try screen.type("./periplus console --page 'logs/service:many.log'")
    try await screen.shows("line 200")
    for (key, wanted) in [("g", "line 1 "), ("NPage", "line 15 "), ("G", "line 200"), ("PPage", "line 186")] {
      try screen.keys(key)
      try await screen.shows(wanted)
    }
    for _ in 0..<30 { try screen.keys("Up") }
    try await screen.shows("line 160")
    try screen.keys("q")
    try await screen.shows("ready>")
    let text = String(decoding: try Data(contentsOf: bytes), as: UTF8.self)
    #expect(text.contains("line 160"))
    let moves = text.matches(of: /\u{1B}\[[0-9]*[STLM]|\u{1B}\[(?!1;24r)[0-9]+;[0-9]+r|\u{1B}M/)
    #expect(moves.isEmpty, "\(moves.map { $0.output.debugDescription })")
  }

  @Test("a ground that was stopped is grey after 10 s, with the age of its last answer, and live again when it goes on")
  func stoppedGround() async throws {
    let ground = try ground
    let screen = try TmuxScreen(ground, columns: 120, rows: 40)
    try screen.type("./periplus console --page health")
    try await screen.shows("● ground ")
    let daemon = try #require(ground.processes().first { $0.command.contains("periplus ground") })
    kill(daemon.pid, SIGSTOP)
    defer { kill(daemon.pid, SIGCONT) }
    try await screen.shows("● ground 5 s", within: 10)
    try await screen.shows("◌ ground stale 1", within: 15)
    // The board and the footer say the same: nothing is green, and the source does not answer.
    try await screen.shows("no data for 1", within: 5)
    try await screen.shows("✖ not answering", within: 10)
    try await screen.shows("✔ 0 green", within: 5)
    #expect(try screen.text.count { $0 == "✔" } == 1)
    kill(daemon.pid, SIGCONT)
    try await screen.shows("● ground ", within: 15)
    try await screen.shows("✔", within: 5)
    try screen.keys("q")
    try await screen.shows("ready>")
  }

  @Test("a link opens its page in the console that is seen")
  func links() async throws {
    let ground = try ground
    let screen = try TmuxScreen(ground, columns: 120, rows: 40)
    let now = Date.now.formatted(.iso8601)
    for (link, wanted) in [
      ("health/shop/Deployment/orders", "Deployment/orders"), ("reschedules@\(now)", "PINNED to"), ("voyage@\(now)", "Facilities"),
    ] {
      try screen.type("./periplus open \(link); echo status=$?")
      try await screen.shows(wanted)
      try await ground.eventually(within: 10, "\(link) is read") {
        let text = try screen.text
        return !["no longer", "is being read", "Reading the evidence", "connecting"].contains { text.contains($0) }
      }
      try screen.keys("q")
      try await screen.shows("status=0")
      try screen.type("clear")
    }
  }

  @Test("a ground that fails to start says why, and leaves a console that can be used and quit")
  func failsToStart() async throws {
    let ground = try GroundFixture()
    defer { ground.remove() }
    let state = ground.home.appending(path: "ground/state.sqlite")
    try FileManager.default.createDirectory(at: state.deletingLastPathComponent(), withIntermediateDirectories: true)
    try "this is no database, it is a text of some length\n".write(to: state, atomically: true, encoding: .utf8)
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["-R", "65534:65534", ground.home.path]) }
    let screen = try TmuxScreen(ground, columns: 120, rows: 40)
    try screen.type("./periplus up; echo status=$?")
    try await screen.shows("the proving ground ended before it listened", within: 25)
    try screen.keys("4")
    try await screen.shows("No record in the last 1 h.")
    try screen.keys("q", "y")
    try await screen.shows("status=", within: 60)
  }

  @Test("random keys and resizes for a while: no crash, no hang")
  func randomKeys() async throws {
    let screen = try TmuxScreen(try ground)
    try screen.type("./periplus console; echo status=$?")
    try await screen.shows("Voyage")
    var random = Drill.random("random keys")
    let keys = [
      "1", "2", "3", "4", "j", "k", "g", "G", "Enter", "Escape", "Tab", "/", "x", "?", ":", "f", "r", "l", "o", "T", "[", "]", "s", "&",
      "PageDown", "PageUp", "Up", "Down", "Left", "Right", "BSpace", "n", "N", "u", "C-d", "C-u", "é", "漢",
    ]
    let end = ContinuousClock.now + .seconds(Drill.count("PERIPLUS_DRILL_KEY_SECONDS", 10))
    var isNaming = false
    func next() -> String {
      let key = keys.randomElement(using: &random) ?? "j"
      if key == ":" { isNaming = true }
      // What is typed into the palette may name quit or suspend: it is typed, and not run.
      return key == "Enter" && isNaming ? "Down" : key
    }
    while ContinuousClock.now < end {
      let (first, second) = (next(), next())
      try screen.keys(first, second)
      if isNaming, second == "Escape" {
        // Only one that no key follows closes the palette: before another key it is Alt.
        try await escapeDelay()
        isNaming = false
      }
      if Int.random(in: 0..<10, using: &random) == 0 {
        try screen.resize(Int.random(in: 1...200, using: &random), Int.random(in: 1...60, using: &random))
      }
    }
    try screen.resize(80, 24)
    for _ in 0..<12 { try screen.keys("Escape") }
    // Nor is the last one at the edge of an arrow's sequence.
    try await escapeDelay()
    try screen.keys("1")
    try await screen.shows("Facilities")
    #expect(try !screen.text.contains("status="))
    try screen.keys("q")
  }

  private func escapeDelay() async throws { try await ContinuousClock().sleep(for: .milliseconds(300)) }
}
