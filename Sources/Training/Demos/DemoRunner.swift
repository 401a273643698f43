package import Checks
package import StrictYAML
import TimeFormat

/// What a rehearsal found.
package struct Rehearsal: Sendable, Hashable {
  package struct Step: Sendable, Hashable {
    package var id: String
    package var isPassed: Bool
    package var took: Duration
    /// What was not reached; empty when all was.
    package var sentence: String
    /// The screen at the step's end.
    package var screen: [String]

    package init(id: String, isPassed: Bool, took: Duration, sentence: String, screen: [String]) {
      self.id = id
      self.isPassed = isPassed
      self.took = took
      self.sentence = sentence
      self.screen = screen
    }
  }

  package var demo: Int
  package var title: String
  package var steps: [Step]
  /// What kept setup or reset from working; `nil` when nothing did.
  package var groundError: String?
  package var isPassed: Bool { groundError == nil && !steps.isEmpty && steps.allSatisfy(\.isPassed) }

  /// As a person reads it: each step with its result.
  package var transcript: String {
    var text = "demo \(demo): \(title)\n"
    for (index, step) in steps.enumerated() {
      text += "\(step.isPassed ? "ok  " : "FAIL") \(index + 1)/\(steps.count) \(step.id) \(step.took.brief)\n"
      if !step.isPassed { text += "     \(step.sentence)\n" }
    }
    if let groundError { text += "FAIL ground: \(groundError)\n" }
    return text + (isPassed ? "rehearsed\n" : "not ready to be shown\n")
  }
}

/// Plays a demo on a stage. The same for rehearsals and for the live show, which steps by hand.
package struct DemoRunner: Sendable {
  package let demo: Demo
  private let stage: any DemoStage
  private let ground: any GroundPort
  private let context: CheckContext

  package init(_ demo: Demo, stage: any DemoStage, ground: any GroundPort, context: CheckContext) {
    self.demo = demo
    self.stage = stage
    self.ground = ground
    self.context = context
  }

  /// Setup, every step, reset; stops at the first step that fails, because the next ones build on it.
  package func rehearse() async -> Rehearsal {
    var rehearsal = Rehearsal(demo: demo.number, title: demo.title, steps: [], groundError: nil)
    var variables = demo.variables(run: Variables.run(seed: demo.seed, startedAtNanoseconds: await stage.now().nanoseconds))
    let script = ActionScript(ground: ground, context: context)
    do {
      try await script.run(demo.setup, &variables)
      for step in demo.steps {
        let result = await play(step, &variables)
        rehearsal.steps.append(result)
        if !result.isPassed { break }
      }
    } catch {
      rehearsal.groundError = "setup: \(Self.sentence(of: error))"
    }
    do {
      try await script.run(demo.reset, &variables)
    } catch {
      rehearsal.groundError = rehearsal.groundError ?? "reset: \(Self.sentence(of: error))"
    }
    return rehearsal
  }

  /// Whether all that a step would show is shown already, so that playing it now would prove nothing.
  package func holdsAlready(_ step: DemoStep, _ variables: Variables) async -> Bool {
    let visible = step.expectations.filter { if case .check = $0 { false } else { true } }
    guard !step.actions.isEmpty, !visible.isEmpty else { return false }
    for expectation in visible where await missing(expectation, variables) != nil { return false }
    return true
  }

  /// One step: does, then waits until all that is expected is reached and nothing is in flight.
  package func play(_ step: DemoStep, _ variables: inout Variables) async -> Rehearsal.Step {
    let began = await stage.now()
    func end(_ sentence: String) async -> Rehearsal.Step {
      Rehearsal.Step(
        id: step.id, isPassed: sentence.isEmpty, took: await stage.now() - began, sentence: sentence, screen: await stage.screen())
    }
    // Only what appears after the actions counts: a step whose expectations all held before would prove nothing.
    let visible = step.expectations.filter { if case .check = $0 { false } else { true } }
    if let first = visible.first, await holdsAlready(step, variables) {
      return await end("\(Self.words(first, variables)) was already true before the step ran, so it proves nothing")
    }
    do {
      for action in step.actions { try await perform(action, &variables) }
      let deadline = await stage.now() + step.within
      while true {
        var open: String? = await stage.isIdle() ? nil : "something is still in flight"
        var pause = Duration.milliseconds(100)
        for expectation in step.expectations where open == nil {
          open = await missing(expectation, variables)
          // A check asks the cluster and the log; it need not be asked as often as the screen.
          if case .check = expectation { pause = .milliseconds(500) }
        }
        guard let open else { return await end("") }
        guard await stage.now() < deadline else { return await end("\(open) after \(step.within.brief)") }
        try await stage.wait(atMost: pause)
      }
    } catch {
      return await end(Self.sentence(of: error))
    }
  }

  private func perform(_ action: DemoAction, _ variables: inout Variables) async throws {
    switch action {
    case .keys(let keys): try await stage.press(keys.map(variables.fill))
    case .command(let command): try await stage.run(command: variables.fill(command))
    case .script(let action): try await action.run(ground, context, &variables)
    }
  }

  /// What is not reached, in words; `nil` when it is.
  private func missing(_ expectation: Expectation, _ variables: Variables) async -> String? {
    let words = "expected \(Self.words(expectation, variables))"
    switch expectation {
    case .text(let text):
      let wanted = variables.fill(text)
      return await stage.screen().contains { $0.contains(wanted) } ? nil : "\(words), but it is not there"
    case .model(let name, let comparison, let wanted):
      let wanted = variables.fill(wanted)
      guard let value = await stage.value(name) else { return "\(words), but the page has no such value" }
      let holds =
        switch comparison {
        case .equals: value == wanted
        case .contains: value.contains(wanted)
        case .atLeast: (Double(value) ?? -.infinity) >= (Double(wanted) ?? .infinity)
        }
      return holds ? nil : "\(words), but it is '\(value)'"
    case .check(let use):
      switch await CheckUse.evaluate([use], variables, context) {
      case .pass: return nil
      case .fail(let seen), .error(let seen): return "\(words): \(seen)"
      }
    }
  }

  private static func words(_ expectation: Expectation, _ variables: Variables) -> String {
    switch expectation {
    case .text(let text): "'\(variables.fill(text))' on the screen"
    case .model(let name, .equals, let value): "\(name) to be '\(variables.fill(value))'"
    case .model(let name, .contains, let value): "\(name) to contain '\(variables.fill(value))'"
    case .model(let name, .atLeast, let value): "\(name) to be at least \(variables.fill(value))"
    case .check(let use): "check \(use.check) to pass"
    }
  }

  static func sentence(of error: any Error) -> String {
    if error is CancellationError { return "cancelled" }
    return (error as? ActionError)?.sentence ?? (error as? DemoStageError)?.sentence ?? "an action failed: \(error)"
  }
}

/// Why a stage could not do what a demo wanted: an unknown key or command, a page that is not there.
package struct DemoStageError: Error, Hashable, CustomStringConvertible {
  package var sentence: String
  package var description: String { sentence }

  package init(_ sentence: String) { self.sentence = sentence }
}
