import Application
import Checks
import ClusterModel
import Console
import Foundation
import JSONBytes
import Screen
import StateDirectory
import StrictYAML
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Training
import TrainingGround

private let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

@Suite("Training on a ground")
struct TrainingGroundTests {
  private let shelf = TrainingShelf(lessons: root.appending(path: "lessons").path, demos: root.appending(path: "demos").path)

  private func withHome(_ body: (Home) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "periplus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(Home(path: folder.path))
  }

  @Test("the shelf has the shipped lessons and demos, and says what it has when asked for another")
  func shelves() throws {
    #expect(try shelf.lessons().map(\.id) == ["follow-an-id"])
    #expect(try shelf.lesson("3").id == "follow-an-id")
    #expect(try shelf.demo("1").number == 1)
    #expect(
      throws: ActionError("there is no lesson 'folow-an-id'; did you mean 'follow-an-id'? periplus learn list shows all 1", kind: .notFound)
    ) {
      try shelf.lesson("folow-an-id")
    }
    #expect(throws: ActionError("there is no demo 9; there are 1: periplus demo list shows them", kind: .notFound)) {
      try shelf.demo("9")
    }
  }

  @Test("one lint for lessons and demos: all shipped files, or those that are named")
  func lint() async throws {
    let lessons = try TrainingLint.lessons.run([], on: shelf)
    #expect(lessons.files == 1 && lessons.diagnostics.isEmpty, "\(lessons.diagnostics)")
    let demos = try TrainingLint.demos.run([], on: shelf)
    #expect(demos.files == 1 && demos.diagnostics.isEmpty, "\(demos.diagnostics)")
    try await withHome { home in
      let file = "\(home.path)/bad.yaml"
      try "id: x\n".write(toFile: file, atomically: true, encoding: .utf8)
      let bad = try TrainingLint.lessons.run([file], on: shelf)
      #expect(bad.files == 1 && bad.diagnostics.hasErrors)
      #expect(throws: ActionError.self) { try TrainingLint.demos.run(["\(home.path)/none.yaml"], on: shelf) }
    }
  }

  @Test("where no cluster may be acted on, a lesson and a demo are refused in a sentence with the next step")
  func noGround() async throws {
    try await withHome { home in
      let shelf = shelf
      let panes = TrainingPanes(
        home: home, shelf: { shelf }, ground: { throw TrainingContext.noGround(among: ["staging"], home: "/h") }, day: { _ in "today" },
        stage: nil)
      let update = await panes.open(.lesson, id: "3")
      #expect(
        update.lines.map(\.text) == [
          "staging is read-only: lessons and demos need the proving ground, and none is running in /h; start it with "
            + "periplus up --detach"
        ])
      #expect(update.isDone)
      // What there is can be read all the same.
      #expect(await panes.open(.lesson, id: "").lines.first?.text == "follow-an-id  Follow an id, 10 min")
    }
  }

  @Test("a lesson that is done keeps its debrief until it is opened again; only then > begins it again")
  func reopened() async throws {
    try await withHome { home in
      let shelf = shelf
      let app = FakeApp()
      let panes = TrainingPanes(
        home: home, shelf: { shelf }, ground: { TrainingContext(port: SilentGround(), checks: app.context()) }, day: { _ in "today" },
        stage: nil)
      let progress = ProgressFile(home)
      func add(_ event: String) throws {
        try progress.append(
          Array("{\"at\":\"2018-02-10T12:00:00Z\",\"lesson\":\"follow-an-id\",\"event\":\"\(event)\",\"name\":\"r\"}".utf8))
      }
      try add("started")
      #expect(await panes.open(.lesson, id: "3").isUnderWay)
      try add("finished")
      let debrief = try #require(await panes.perform(.next, argument: ""))
      #expect(debrief.isDone && debrief.lines.first?.text.hasPrefix("Done in") == true, "\(debrief.lines)")
      #expect(try progress.events().count == 2)

      let opened = await panes.open(.lesson, id: "3")
      #expect(!opened.isDone && opened.progress == "done before" && opened.lines.contains { $0.text == "> starts the lesson." })
      // The ground does not answer, so it ends there; but it has been tried.
      let begun = try #require(await panes.perform(.next, argument: ""))
      #expect(begun.lines.first?.text.hasSuffix("the ground is silent") == true, "\(begun.lines)")
    }
  }

  @Test("progress is a file of lines that only grows, and a torn line loses no other")
  func progress() async throws {
    try await withHome { home in
      let file = ProgressFile(home)
      #expect(try file.lines().isEmpty)
      try file.append(Array(#"{"at":"2018-02-10T12:00:00Z","lesson":"a","event":"started"}"#.utf8))
      let path = "\(home.path)/learn/progress.jsonl"
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"at\":".utf8))
      try handle.close()
      try file.append(Array(#"{"at":"2018-02-10T12:00:01Z","lesson":"a","event":"finished"}"#.utf8))
      #expect(try file.events().map(\.kind) == [.started, .finished])
    }
  }

  @Test("the presenter's notes are read from another terminal, until their console ends or closes the demo", .timeLimit(.minutes(3)))
  func presenter() async throws {
    try await withHome { home in
      let file = DemoNotesFile(home)
      #expect(file.read() == nil)
      let state = DemoState(try shelf.demo("1"), run: "r")
      let now = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
      let notes = DemoNotes(state, shown: nil, trouble: nil, isPlaying: false, startedAt: now, since: now)
      try file.write(notes)
      let changes = FolderWatch(file.folder)
      #expect(file.read() == notes)
      try file.write(notes)
      // Never returns when writing them changes nothing in the folder.
      await changes.wake.wait()
      // The console that wrote them has ended.
      let text = try #require(Files.text(home.demoNotes))
      try Files.write("1 2 3\n" + text.split(separator: "\n").dropFirst().joined(separator: "\n"), to: home.demoNotes)
      #expect(file.read() == nil)
      try file.remove()
      #expect(Files.exists(home.demoNotes))
      try file.write(notes)
      try file.remove()
      #expect(!Files.exists(home.demoNotes))
    }
  }

  @Test("the presenter's terminal shows note, expectations, next step and elapsed time, on 24 rows too")
  func presenterView() throws {
    var state = DemoState(try shelf.demo("1"), run: "r")
    for _ in 0..<4 { state.skip() }
    let start = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
    let notes = DemoNotes(state, shown: 3, trouble: nil, isPlaying: false, startedAt: start, since: start)
    let view = PresenterView(notes, now: start + .seconds(161))
    let lines = view.screen(size: Size(columns: 80, rows: 24), theme: Theme(depth: .mono), glyphs: .unicode, scroll: 0).plainText()
    let text = lines.joined(separator: "\n")
    #expect(lines[0].contains("Demo 1: One id through stdout") && lines[0].contains("step 4 of 7 · 2:41 of 6 min"))
    for part in ["The id is demo-r.", "requestId is demo-r", "If it fails", "Nobody called the ledger."] {
      #expect(text.contains(part), "\(part) in\n\(text)")
    }
    #expect(view.lines(width: 100).contains("Note: The id is demo-r."))
    #expect(PresenterView(nil, now: start).lines(width: 100).first?.hasPrefix("No demo is open.") == true)
  }

  @Test("beside a page what the last command brought comes first, and in a shell last")
  func news() throws {
    let lesson = try shelf.lesson("3")
    func events(_ lines: [String]) -> [LessonEvent] {
      lines.compactMap { LessonEvent(line: Array("{\"at\":\"2018-02-10T12:00:00Z\",\"lesson\":\"follow-an-id\",\($0)}".utf8)) }
    }
    func texts(_ voice: LessonText.Voice, _ more: [String]) -> [String] {
      let state = LessonState(lesson, events: events([#""event":"started","name":"r""#] + more))
      return LessonText(lesson: lesson, state: state, voice: voice, day: { _ in "" }).lines.map(\.text)
    }
    let wrong = #""event":"checked","name":"fail","text":"That is the service that the customer called.""#
    let hint = #""event":"hinted","text":"The Request page shows it.""#
    #expect(texts(.console, []).first?.hasPrefix("A ticket came in") == true)
    #expect(texts(.console, [wrong]).first == "✖ That is the service that the customer called.")
    #expect(texts(.console, [wrong, hint]).first == "Hint 1: The Request page shows it.")
    #expect(texts(.console, [wrong, hint]).allSatisfy { !$0.hasPrefix("A ticket came in") })
    let shell = texts(.shell, [hint, wrong])
    #expect(shell.first?.hasPrefix("A ticket came in") == true)
    #expect(shell.firstIndex { $0.hasPrefix("Hint 1") } ?? 99 < shell.firstIndex { $0.hasPrefix("✖") } ?? -1)
  }

  @Test("services are addressed by the profile: its names and ports; when none is there, that is said with the next step")
  func addresses() throws {
    let text = """
      {name: invoices, namespace: accounting, services: [{name: gateway, port: 9000}, {name: archive}], requests: []}
      """
    let profile = try #require(AppProfileParser.parse(text, file: "app.yaml").profile)
    func service(_ name: String) -> JSONValue { ["metadata": ["name": .string(name)], "spec": ["clusterIP": "127.1.2.3"]] }
    #expect(
      try AppAddresses.urls(profile, [service("gateway"), service("archive"), service("other")]) == ["gateway": "http://127.1.2.3:9000"])
    #expect(
      throws: ActionError(
        "the namespace accounting has none of the services of the app profile invoices (gateway); periplus up deploys the application, "
          + "--app FILE names another profile")
    ) { try AppAddresses.urls(profile, [service("archive")]) }
  }
}

private struct SilentGround: GroundPort {
  private let silence = ActionError("the ground is silent")

  func get(_ path: String) async throws -> JSONValue? { throw silence }
  func list(_ path: String, labels: [String: String]) async throws -> [JSONValue] { throw silence }
  func delete(_ path: String) async throws -> Bool { throw silence }
  func patch(_ path: String, _ change: JSONValue) async throws { throw silence }
  func ask(_ address: String, port: Int, method: String, path: String, body: JSONValue?) async throws -> PodAnswer { throw silence }
  func traffic(_ app: AppProfile, requests: Int) async throws -> TrafficDone { throw silence }
}
