package import Checks
import StrictYAML
import TimeFormat

/// Takes a trainee through one lesson. Its state is in the progress file alone, so that the console and the command line go on
/// with the same run.
package struct LessonRunner: Sendable {
  package let lesson: Lesson
  private let ground: any GroundPort
  private let context: CheckContext
  private let progress: any ProgressLog

  package init(_ lesson: Lesson, ground: any GroundPort, context: CheckContext, progress: any ProgressLog) {
    self.lesson = lesson
    self.ground = ground
    self.context = context
    self.progress = progress
  }

  package func state() throws -> LessonState {
    LessonState(lesson, events: try progress.lines().compactMap(LessonEvent.init(line:)))
  }

  /// Brings the ground to the lesson's start and begins a new run.
  /// - Throws: ``ActionError`` when the ground is not as the lesson needs it; nothing is recorded then.
  package func start() async throws -> LessonState {
    let at = context.now()
    // Each review has a new seed: the same lesson, other names.
    let seed = lesson.seed + (try state().finishedAt.count)
    let run = Variables.run(seed: seed, startedAtNanoseconds: at.nanoseconds)
    var variables = lesson.variables(run: run)
    let before = variables.values
    do {
      try await script.run(lesson.setup, &variables)
    } catch {
      // Half a setup would be the next lesson's puzzle.
      try? await script.run(lesson.reset, &variables)
      throw error
    }
    let learned = variables.values.filter { before[$0.key] == nil }
    try record(LessonEvent(.started, lesson.id, at: at, name: run, values: learned))
    return try state()
  }

  package func hint() async throws -> LessonState {
    let (state, step) = try running()
    guard state.hintsLeft > 0 else {
      throw ActionError("there are no more hints for this step; periplus learn skip skips it", kind: .usage)
    }
    let hint = state.variables.fill(step.hints[state.hints.count])
    try record(LessonEvent(.hinted, lesson.id, at: context.now(), step: step.id, text: hint))
    return try self.state()
  }

  /// - Parameter name: which question; `nil` when the step asks only one.
  package func answer(_ value: String, name: String? = nil) async throws -> LessonState {
    let (_, step) = try running()
    guard let name = name ?? (step.asks.count == 1 ? step.asks[0] : nil), step.asks.contains(name) else {
      let asked = step.asks.isEmpty ? "this step asks no question" : "this step asks for \(step.asks.joined(separator: ", "))"
      throw ActionError("expected the name of a question, got '\(name ?? "none")': \(asked)", kind: .usage)
    }
    try record(LessonEvent(.answered, lesson.id, at: context.now(), step: step.id, name: name, text: value))
    return try await check()
  }

  /// Has the lesson do what the step offers.
  package func doOffer() async throws -> LessonState {
    let (state, step) = try running()
    guard !step.offers.isEmpty else { throw ActionError("this step has nothing that can be done for you", kind: .usage) }
    var variables = state.variables
    try await script.run(step.offers, &variables)
    let learned = variables.values.filter { state.variables.values[$0.key] != $0.value }
    let text = "done: \(step.offers.map { $0.described(variables) }.joined(separator: ", "))"
    try record(LessonEvent(.offered, lesson.id, at: context.now(), step: step.id, text: text, values: learned))
    return try self.state()
  }

  /// Looks at the end state, waits for it as long as the step says, and goes on when it is right.
  package func check() async throws -> LessonState {
    let (state, step) = try running()
    let unanswered = step.asks.filter { state.answers[$0] == nil }
    let result = await Self.verify(step, state.variables, context, mayWait: unanswered.isEmpty)
    // Who cancels has tried nothing.
    try Task.checkCancellation()
    switch result {
    case .pass:
      try record(LessonEvent(.checked, lesson.id, at: context.now(), step: step.id, name: "pass", text: "correct"))
      if state.step + 1 == lesson.steps.count { try record(LessonEvent(.finished, lesson.id, at: context.now())) }
    case .fail(let seen):
      let wrong = await Self.wrongPath(step, state.variables, context)
      let text = wrong.map { state.variables.fill($0.say) } ?? "not yet: \(seen)"
      try record(LessonEvent(.checked, lesson.id, at: context.now(), step: step.id, name: "fail", text: text))
    case .error(let sentence):
      try record(LessonEvent(.checked, lesson.id, at: context.now(), step: step.id, name: "error", text: sentence))
    }
    return try self.state()
  }

  /// Goes on without an answer: nobody is held.
  package func skip() async throws -> LessonState {
    let (state, step) = try running()
    try record(LessonEvent(.skipped, lesson.id, at: context.now(), step: step.id))
    if state.step + 1 == lesson.steps.count { try record(LessonEvent(.finished, lesson.id, at: context.now())) }
    return try self.state()
  }

  /// Restores the ground and forgets the run.
  package func reset() async throws -> LessonState {
    var variables = try state().variables
    try await script.run(lesson.reset, &variables)
    try record(LessonEvent(.reset, lesson.id, at: context.now()))
    return try state()
  }

  private var script: ActionScript { ActionScript(ground: ground, context: context) }

  private func record(_ event: LessonEvent) throws { try progress.append(event.line) }

  private func running() throws -> (LessonState, LessonStep) {
    let state = try state()
    guard state.phase == .running, lesson.steps.indices.contains(state.step) else {
      throw ActionError("lesson '\(lesson.id)' is not running; periplus learn start \(lesson.id) starts it", kind: .usage)
    }
    return (state, lesson.steps[state.step])
  }

  static func verify(_ step: LessonStep, _ variables: Variables, _ context: CheckContext, mayWait: Bool) async -> TrainingResult {
    let deadline = context.now() + step.within
    while true {
      let result = await CheckUse.evaluate(step.verify, variables, context)
      // An answer does not ripen; the state of a cluster does.
      guard case .fail = result, mayWait, step.asks.isEmpty, context.now() < deadline else { return result }
      do { try await context.pause(.milliseconds(250)) } catch { return .error("cancelled before the check was done") }
    }
  }

  static func wrongPath(_ step: LessonStep, _ variables: Variables, _ context: CheckContext) async -> WrongPath? {
    for path in step.wrongPaths where await CheckUse.evaluate(path.when, variables, context) == .pass { return path }
    return nil
  }
}
