import Checks
import MigrationPlan
import StrictYAML
import TestKits
import Testing
import TimeFormat
import Training

@Suite("Lessons")
struct LessonTests {
  @Test("author check: every promise of the shipped lesson is proven")
  func proven() async throws {
    let app = FakeApp()
    let outcome = await AuthorCheck.run(try TrainingFileTests.lesson(), ground: FakeGround(app), context: app.context())
    #expect(outcome.isProven, "\(outcome.findings.filter { !$0.isProven })")
    #expect(
      outcome.findings.map(\.sentence) == [
        "fails unsolved", "wrong path 1 fails with its own message", "wrong path 2 fails with its own message", "passes solved",
        "fails unsolved", "wrong path 1 fails with its own message", "wrong path 2 fails with its own message", "passes solved",
        "fails unsolved", "wrong path 1 fails with its own message", "passes solved", "reset restores the start",
      ])
  }

  @Test("author check: finds a lesson that verifies nothing, cannot be solved, or has a mute wrong path")
  func unproven() async throws {
    var lesson = try TrainingFileTests.lesson()
    let app = FakeApp()
    lesson.steps[0].solve = []
    lesson.steps[1].wrongPaths[0].when = lesson.steps[0].wrongPaths[1].when
    lesson.steps[2].verify = [lesson.steps[2].wrongPaths[0].when[0]]
    lesson.steps[2].wrongPaths = []
    lesson.steps[2].solve = []
    let outcome = await AuthorCheck.run(lesson, ground: FakeGround(app), context: app.context())
    let bad = outcome.findings.filter { !$0.isProven }.map { "\($0.place): \($0.sentence)" }
    #expect(
      bad == [
        "find-the-records: fails solved: no answer yet", "name-the-failing-service: wrong path 1 fails without its own message",
        "outlive-the-pod: fails solved: orders: 1 desired",
      ])
  }

  @Test("author check: finds a reset that leaves changes, and a broken ground")
  func resetLeaves() async throws {
    let app = FakeApp()
    let outcome = await AuthorCheck.run(
      try TrainingFileTests.lesson(), ground: FakeGround(app, forgetsToScale: true), context: app.context())
    #expect(outcome.findings.last?.sentence.hasSuffix("orders replicas was 2, is 0") == true)
    let deaf = FakeApp()
    deaf.faults.recorderIsDown = true
    let broken = await AuthorCheck.run(try TrainingFileTests.lesson(), ground: FakeGround(deaf), context: deaf.context())
    #expect(broken.findings.contains { !$0.isProven && $0.sentence.contains("is the recorder running?") })
  }

  @Test("a trainee's way through the lesson, with hints, wrong answers and two processes on one file")
  func way() async throws {
    let app = FakeApp()
    let progress = FakeProgress()
    let lesson = try TrainingFileTests.lesson()
    func runner() -> LessonRunner { LessonRunner(lesson, ground: FakeGround(app), context: app.context(), progress: progress) }
    #expect(try runner().state().phase == .notStarted)
    await #expect(throws: ActionError.self) { try await runner().check() }

    var state = try await runner().start()
    #expect(state.phase == .running)
    #expect(state.story.contains("x-request-id: ticket-"))
    #expect(!state.task.contains("${"))
    state = try await runner().answer("orders")
    #expect(state.lastResult == "fail")
    #expect(state.lastText?.hasPrefix("That is the service that the customer called.") == true)
    state = try await runner().hint()
    state = try await runner().hint()
    #expect(state.hints.count == 2)
    #expect(state.hintsLeft == 1)
    #expect(state.hints[1].contains("request ticket-"))
    state = try await runner().answer("catalog, orders", name: "services")
    #expect(state.lastResult == "pass")
    #expect(state.step == 1)
    #expect(state.hints.isEmpty)
    await #expect(throws: ActionError.self) { try await runner().answer("x", name: "services") }
    state = try await runner().answer("catalog")
    #expect(state.step == 2)
    #expect(state.task.contains("delete pod orders-1"))
    state = try await runner().check()
    #expect(state.lastResult == "fail")
    #expect(state.lastText?.contains("pod orders-1 still exists") == true)
    app.deletePod("orders")
    state = try await runner().check()
    #expect(state.phase == .done)
    #expect(state.hintsUsed == 2)
    #expect(state.attempts == 5)
    #expect(state.debrief.hasPrefix("One id"))
    let done = try #require(state.finishedAt.last)
    #expect(state.reviewDue == done + .seconds(86_400))

    // A review has another seed, so other names; what was finished stays.
    let ticket = state.variables.values["ticket"]
    app.scale("orders", 0)
    app.scale("orders", 1)
    state = try await runner().start()
    #expect(state.variables.values["ticket"] != ticket)
    #expect(state.finishedAt.count == 1)
    state = try await runner().skip()
    #expect(state.step == 1)
    state = try await runner().reset()
    #expect(state.phase == .notStarted)
    #expect(state.finishedAt.count == 1)
  }

  @Test("a broken environment is an error, never the learner's failure")
  func environment() async throws {
    let app = FakeApp()
    let runner = LessonRunner(
      try TrainingFileTests.lesson(), ground: FakeGround(app), context: app.context(), progress: FakeProgress())
    _ = try await runner.start()
    _ = try await runner.answer("orders, catalog")
    _ = try await runner.answer("catalog")
    app.goStale()
    let state = try await runner.check()
    #expect(state.lastResult == "error")
    #expect(state.step == 2)
  }

  @Test("a check that is cancelled is no attempt")
  func cancelled() async throws {
    let app = FakeApp()
    let runner = LessonRunner(
      try TrainingFileTests.lesson(), ground: FakeGround(app), context: app.context(), progress: FakeProgress())
    _ = try await runner.start()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await runner.check()
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try runner.state().attempts == 0)
  }

  @Test("a torn line in the progress file loses nothing else")
  func torn() async throws {
    let app = FakeApp()
    let progress = FakeProgress()
    let runner = LessonRunner(try TrainingFileTests.lesson(), ground: FakeGround(app), context: app.context(), progress: progress)
    _ = try await runner.start()
    try progress.append(Array(#"{"at":"2018-02-10T12:00"#.utf8))
    #expect(try runner.state().phase == .running)
    _ = try await runner.answer("orders, catalog")
    #expect(try runner.state().step == 1)
  }

  @Test("reviews are due after 1, 3, 7, 21 and 60 days")
  func reviews() {
    let start = Timestamp(seconds: 0)
    var done: [Timestamp] = []
    #expect(ReviewSchedule.due(after: done) == nil)
    for days in [1, 3, 7, 21, 60] {
      done.append(start + .seconds(done.count * 86_400 * 100))
      #expect(ReviewSchedule.due(after: done) == done.last.map { $0 + .seconds(days * 86_400) })
    }
    done.append(start + .seconds(86_400 * 1000))
    #expect(ReviewSchedule.due(after: done) == nil)
  }
}
