import Checks
import JSONBytes
import MigrationPlan
import StrictYAML
import Synchronization
import TestKits
import Testing
import TimeFormat
import Training

@Suite("Demos")
struct DemoTests {
  private func rehearse(_ demo: Demo, _ app: FakeApp = FakeApp()) async -> (Rehearsal, FakeStage) {
    let stage = FakeStage(app)
    let rehearsal = await DemoRunner(demo, stage: stage, ground: FakeGround(app), context: app.context()).rehearse()
    return (rehearsal, stage)
  }

  private func demo(_ steps: String) throws -> Demo {
    let text = """
      {demo: 9, title: T, sprint: 1, facility: logging, minutes: 1, size: 80x24, seed: 1}
      """
    let head = text.dropFirst().dropLast().split(separator: ",").map { $0.drop { $0 == " " } }.joined(separator: "\n")
    let (demo, diagnostics) = DemoParser.parse("\(head)\nsteps:\n\(steps)", file: "d")
    return try #require(demo, "\(diagnostics.map(\.text))")
  }

  @Test("the shipped demo is rehearsed from end to end")
  func shipped() async throws {
    let (rehearsal, stage) = await rehearse(try TrainingFileTests.demo())
    #expect(rehearsal.isPassed, "\(rehearsal.transcript)")
    #expect(rehearsal.steps.count == 7)
    #expect(rehearsal.transcript.hasSuffix("rehearsed\n"))
    #expect(stage.state.withLock { $0.commands }.count { $0.hasPrefix("request ") } == 2)
  }

  @Test("a step that does not reach what it expects fails, and the next ones are not played")
  func fails() async throws {
    let app = FakeApp()
    app.faults.silentHop = "ledger"
    let (rehearsal, _) = await rehearse(try TrainingFileTests.demo(), app)
    #expect(!rehearsal.isPassed)
    #expect(rehearsal.steps.count == 3)
    #expect(rehearsal.steps.last?.sentence.contains("expected check logging.records-valid to pass: ") == true)
    #expect(rehearsal.transcript.hasSuffix("not ready to be shown\n"))
  }

  @Test("what was true before the step proves nothing")
  func early() async throws {
    let (rehearsal, _) = await rehearse(try demo("  - {id: a, say: S, do: [{keys: ['1']}], expect: [{text: Logging}]}"))
    #expect(rehearsal.steps.map(\.sentence) == ["'Logging' on the screen was already true before the step ran, so it proves nothing"])
  }

  @Test(
    "values, effects in flight and unknown keys",
    arguments: [
      ("{keys: ['4']}", "{model: page, is: logs}", ""),
      ("{keys: ['4']}", "{model: page, contains: og}", ""),
      ("{keys: ['4']}", "{model: page, is: health}", "expected page to be 'health', but it is 'logs' after 1 s"),
      ("{keys: ['4']}", "{model: records, atLeast: 21}", "expected records to be at least 21, but it is '20' after 1 s"),
      ("{keys: ['4']}", "{model: nothing, is: x}", "expected nothing to be 'x', but the page has no such value after 1 s"),
      ("{keys: ['%']}", "{model: page, is: logs}", "there is no key '%' on this page"),
      ("{keys: ['4']}", "{text: nowhere}", "expected 'nowhere' on the screen, but it is not there after 1 s"),
    ])
  func expectations(action: String, expectation: String, sentence: String) async throws {
    let (rehearsal, _) = await rehearse(try demo("  - {id: a, say: S, within: 1s, do: [\(action)], expect: [\(expectation)]}"))
    #expect(rehearsal.steps.map(\.sentence) == [sentence])
  }

  @Test("the presenter's notes say what the step does, expects and what comes next, and go through their JSON")
  func notes() throws {
    var state = DemoState(try TrainingFileTests.demo(), run: "r")
    for _ in 0..<3 { state.skip() }
    let start = Timestamp(rfc3339: "2018-02-10T12:00:00Z")!
    var notes = DemoNotes(state, shown: 2, trouble: nil, isPlaying: true, startedAt: start, since: start + .seconds(60))
    #expect(notes.step == 4 && notes.steps == 7 && notes.phase == .playing)
    #expect(notes.note == "The id is demo-r.")
    #expect(notes.does.last == ":request demo-r")
    #expect(notes.expects.prefix(3) == ["page is request", "requestId is demo-r", "\"POST /orders → 201\" on the screen"])
    #expect(notes.next.hasPrefix("Nobody called the ledger."))
    #expect(notes.elapsed(start + .seconds(90)) == .seconds(90))
    #expect(DemoNotes(json: DemoNotes.shape.value(notes)) == notes)
    func played(_ sentence: String) {
      state.played(
        Rehearsal.Step(id: "a-customer-orders", isPassed: sentence.isEmpty, took: .zero, sentence: sentence, screen: []))
      notes = DemoNotes(state, shown: 3, trouble: nil, isPlaying: false, startedAt: nil, since: start)
    }
    played("not there")
    #expect(notes.trouble == "not there" && notes.phase == .failed && notes.elapsed(start) == .zero)
    #expect(DemoNotes(json: DemoNotes.shape.value(notes)) == notes)
    // What is on the screen keeps its note until the next step is played.
    played("")
    #expect(
      notes.phase == .shown && notes.step == 4 && notes.note == "The id is demo-r." && notes.next.hasPrefix("Nobody called the ledger."))
    for _ in 0..<9 { state.skip() }
    notes = DemoNotes(state, shown: 6, trouble: nil, isPlaying: false, startedAt: start, since: start)
    #expect(notes.phase == .done && notes.say.hasPrefix("The id still finds every record") && notes.next.isEmpty)
    let fresh = DemoNotes(
      DemoState(try TrainingFileTests.demo(), run: "r"), shown: nil, trouble: nil, isPlaying: false, startedAt: nil, since: start)
    #expect(fresh.phase == .ready && fresh.step == 1)
  }

  @Test("the presenter's state: on, skip, back to the checkpoint")
  func state() throws {
    var state = DemoState(try TrainingFileTests.demo(), run: "r")
    #expect(state.current?.id == "the-app-runs")
    state.skip()
    state.played(Rehearsal.Step(id: "where-we-are", isPassed: true, took: .zero, sentence: "", screen: []))
    state.played(Rehearsal.Step(id: "everything-is-json", isPassed: false, took: .zero, sentence: "no", screen: []))
    #expect(state.step == 2)
    #expect(state.results == ["where-we-are": "", "everything-is-json": "no"])
    state.skip()
    #expect(state.note == "The id is demo-r.")
    state.skip()
    state.backToCheckpoint()
    #expect(state.current?.id == "a-customer-orders")
    for _ in 0..<9 { state.skip() }
    #expect(state.isDone)
    #expect(state.say == "")
  }
}
