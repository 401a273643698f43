package import Checks
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
  private let ground: any GroundActions
  private let context: CheckContext

  package static func run(_ lesson: Lesson, ground: any GroundActions, context: CheckContext) async -> Outcome {
    await AuthorCheck(lesson: lesson, ground: ground, context: context).prove()
  }

  private func prove() async -> Outcome {
    var findings: [Finding] = []
    var variables = lesson.variables(run: Variables.run(seed: lesson.seed, startedAtNanoseconds: context.now().nanoseconds))
    let script = ScriptRunner(ground: ground, context: context)
    do {
      let before = try await ground.fingerprint()
      do {
        try await script.run(lesson.setup, &variables)
        for step in lesson.steps { await prove(step, &variables, script, &findings) }
      } catch {
        findings.append(Finding(place: lesson.id, isProven: false, sentence: "setup: \(sentence(of: error))"))
      }
      try await script.run(lesson.reset, &variables)
      let after = try await ground.fingerprint()
      let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
      let words = changed.map { "\($0) was \(before[$0] ?? "absent"), is \(after[$0] ?? "absent")" }
      findings.append(
        Finding(
          place: lesson.id, isProven: changed.isEmpty,
          sentence: changed.isEmpty ? "reset restores the start" : "reset leaves changes: \(words.joined(separator: "; "))"))
    } catch {
      findings.append(Finding(place: lesson.id, isProven: false, sentence: "reset: \(sentence(of: error))"))
    }
    return Outcome(findings: findings)
  }

  private func prove(_ step: LessonStep, _ variables: inout Variables, _ script: ScriptRunner, _ findings: inout [Finding]) async {
    func add(_ isProven: Bool, _ sentence: String) { findings.append(Finding(place: step.id, isProven: isProven, sentence: sentence)) }
    do {
      switch await LessonRunner.verify(step, variables, context, mayWait: false) {
      case .fail: add(true, "fails unsolved")
      case .pass: add(false, "passes before anything was done: it verifies nothing")
      case .error(let sentence): add(false, "cannot be verified unsolved: \(sentence)")
      }
      for (index, path) in step.wrongPaths.enumerated() {
        var astray = variables
        try await script.run(path.actions, &astray)
        // A state on the wrong path may take as long to come as one on the right path.
        let said = try await settledWrongPath(step, astray)
        let result = await CheckUse.evaluate(step.verify, astray, context)
        switch result {
        case .pass: add(false, "wrong path \(index + 1) passes")
        case .error(let sentence): add(false, "wrong path \(index + 1) cannot be verified: \(sentence)")
        case .fail:
          let own = said?.say == path.say
          add(own, own ? "wrong path \(index + 1) fails with its own message" : "wrong path \(index + 1) fails without its own message")
        }
        try await script.run(path.undo, &astray)
      }
      try await script.run(step.solve, &variables)
      var result = await LessonRunner.verify(step, variables, context, mayWait: true)
      let deadline = context.now() + step.within
      while case .fail = result, context.now() < deadline {
        try await context.pause(.milliseconds(250))
        result = await LessonRunner.verify(step, variables, context, mayWait: false)
      }
      switch result {
      case .pass: add(true, "passes solved")
      case .fail(let seen): add(false, "fails solved: \(seen)")
      case .error(let sentence): add(false, "cannot be verified solved: \(sentence)")
      }
    } catch {
      add(false, sentence(of: error))
    }
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
    (error as? GroundActionError)?.sentence ?? "an action failed: \(error)"
  }
}
