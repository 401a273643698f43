package import Checks
import StrictYAML
import TimeFormat

/// Proves that a lesson teaches: unsolved it fails, solved it passes, each wrong path fails with its own message, and reset restores.
package struct AuthorCheck: Sendable {
  package struct Finding: Sendable, Hashable {
    /// The step's id; the lesson's for what concerns the whole.
    package var place: String
    package var isProven: Bool
    package var sentence: String
  }

  package struct Outcome: Sendable {
    package var findings: [Finding]
    package var isProven: Bool { findings.allSatisfy(\.isProven) }
  }

  private let lesson: Lesson
  private let ground: any GroundPort
  private let context: CheckContext

  package static func run(_ lesson: Lesson, ground: any GroundPort, context: CheckContext) async -> Outcome {
    await AuthorCheck(lesson: lesson, ground: ground, context: context).prove()
  }

  /// Twice through the lesson: first straight, so that nothing but `solve` can bring what a step asks for; then with the wrong paths.
  private func prove() async -> Outcome {
    let straight = await goThrough { step, variables, script in try await proveSolution(step, &variables, script) }
    guard straight.trouble == nil else {
      return Outcome(findings: straight.findings + [straight.trouble, straight.reset].compactMap { $0 })
    }
    let astray = await goThrough { step, variables, script in try await proveWrongPaths(step, &variables, script) }
    var findings: [Finding] = []
    for step in lesson.steps {
      let own = straight.findings.filter { $0.place == step.id }
      // As an author reads it: unsolved, astray, solved.
      findings += own.prefix(1) + astray.findings.filter { $0.place == step.id } + own.dropFirst()
    }
    if let trouble = astray.trouble { findings.append(trouble) }
    findings.append(straight.reset.isProven ? astray.reset : straight.reset)
    return Outcome(findings: findings)
  }

  private struct Passage {
    var findings: [Finding] = []
    /// What the setup ended with.
    var trouble: Finding?
    var reset: Finding
  }

  private func goThrough(
    _ prove: (LessonStep, inout Variables, ActionScript) async throws -> [(isProven: Bool, sentence: String)]
  ) async -> Passage {
    var passage = Passage(reset: Finding(place: lesson.id, isProven: true, sentence: "reset restores the start"))
    var variables = lesson.variables(run: Variables.run(seed: lesson.seed, startedAtNanoseconds: context.now().nanoseconds))
    let script = ActionScript(ground: ground, context: context)
    do {
      let before = try await GroundFingerprint(ground, context)
      do {
        try await script.run(lesson.setup, &variables)
        for step in lesson.steps {
          do {
            passage.findings += try await prove(step, &variables, script).map { Finding(place: step.id, isProven: $0, sentence: $1) }
          } catch {
            passage.findings.append(Finding(place: step.id, isProven: false, sentence: sentence(of: error)))
          }
        }
      } catch {
        passage.trouble = Finding(place: lesson.id, isProven: false, sentence: "setup: \(sentence(of: error))")
      }
      try await script.run(lesson.reset, &variables)
      let changes = try await GroundFingerprint(ground, context).changes(since: before)
      if !changes.isEmpty {
        passage.reset = Finding(place: lesson.id, isProven: false, sentence: "reset leaves changes: \(changes.joined(separator: "; "))")
      }
    } catch {
      passage.reset = Finding(place: lesson.id, isProven: false, sentence: "reset: \(sentence(of: error))")
    }
    return passage
  }

  private func proveSolution(
    _ step: LessonStep, _ variables: inout Variables, _ script: ActionScript
  ) async throws -> [(isProven: Bool, sentence: String)] {
    let unsolved: (Bool, String) =
      switch await LessonRunner.verify(step, variables, context, mayWait: false) {
      case .fail: (true, "fails unsolved")
      case .pass: (false, "passes before anything was done: it verifies nothing")
      case .error(let sentence): (false, "cannot be verified unsolved: \(sentence)")
      }
    try await script.run(step.solve, &variables)
    let solved: (Bool, String) =
      switch try await settledSolution(step, variables) {
      case .pass: (true, "passes solved")
      case .fail(let seen): (false, "fails solved: \(seen)")
      case .error(let sentence): (false, "cannot be verified solved: \(sentence)")
      }
    return [unsolved, solved]
  }

  private func settledSolution(_ step: LessonStep, _ variables: Variables) async throws -> TrainingResult {
    var result = await LessonRunner.verify(step, variables, context, mayWait: true)
    let deadline = context.now() + step.within
    while case .fail = result, context.now() < deadline {
      try await context.pause(.milliseconds(250))
      result = await LessonRunner.verify(step, variables, context, mayWait: false)
    }
    return result
  }

  private func proveWrongPaths(
    _ step: LessonStep, _ variables: inout Variables, _ script: ActionScript
  ) async throws -> [(isProven: Bool, sentence: String)] {
    var found: [(isProven: Bool, sentence: String)] = []
    for (index, path) in step.wrongPaths.enumerated() {
      var astray = variables
      try await script.run(path.actions, &astray)
      // A state on the wrong path may take as long to come as one on the right path.
      let said = try await settledWrongPath(step, astray)
      switch await CheckUse.evaluate(step.verify, astray, context) {
      case .pass: found.append((false, "wrong path \(index + 1) passes"))
      case .error(let sentence): found.append((false, "wrong path \(index + 1) cannot be verified: \(sentence)"))
      case .fail:
        let own = said?.say == path.say
        found.append(
          (own, own ? "wrong path \(index + 1) fails with its own message" : "wrong path \(index + 1) fails without its own message"))
      }
      try await script.run(path.undo, &astray)
    }
    // The way to the next step.
    try await script.run(step.solve, &variables)
    _ = try await settledSolution(step, variables)
    return found
  }

  private func settledWrongPath(_ step: LessonStep, _ variables: Variables) async throws -> WrongPath? {
    let deadline = context.now() + step.within
    while true {
      if let path = await LessonRunner.wrongPath(step, variables, context) { return path }
      guard context.now() < deadline else { return nil }
      try await context.pause(.milliseconds(250))
    }
  }

  private func sentence(of error: any Error) -> String {
    (error as? ActionError)?.sentence ?? "an action failed: \(error)"
  }
}
