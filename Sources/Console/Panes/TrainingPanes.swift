package import TimeFormat
package import Training

/// Lessons and demos in the side pane, over the runners that the command line uses as well.
package actor TrainingPanes: PaneSource {
  private let lessons: [Lesson]
  private let demos: [Demo]
  private let lessonRunner: @Sendable (Lesson) -> LessonRunner
  private let demoRunner: @Sendable (Demo) -> DemoRunner
  private let now: @Sendable () -> Timestamp
  private var lesson: Lesson?
  private var demo: (state: DemoState, said: String?, failed: Bool)?

  package init(
    lessons: [Lesson], demos: [Demo], lessonRunner: @escaping @Sendable (Lesson) -> LessonRunner,
    demoRunner: @escaping @Sendable (Demo) -> DemoRunner, now: @escaping @Sendable () -> Timestamp
  ) {
    self.lessons = lessons
    self.demos = demos
    self.lessonRunner = lessonRunner
    self.demoRunner = demoRunner
    self.now = now
  }

  package func open(_ kind: PaneUpdate.Kind, id: String) async -> PaneUpdate {
    (lesson, demo) = (nil, nil)
    switch kind {
    case .lesson:
      guard let found = lessons.first(where: { id.isEmpty || $0.id == id || "\($0.number)" == id }) else {
        return nothing(.lesson, "There is no lesson \"\(id)\".", lessons.map { "\($0.number) \($0.id): \($0.title)" })
      }
      lesson = found
      return show(found)
    case .demo:
      guard let found = demos.first(where: { id.isEmpty || "\($0.number)" == id }) else {
        return nothing(.demo, "There is no demo \"\(id)\".", demos.map { "\($0.number): \($0.title)" })
      }
      demo = (DemoState(found, run: Variables.run(seed: found.seed, startedAtNanoseconds: now().nanoseconds)), nil, false)
      return showDemo()
    }
  }

  package func perform(_ command: PaneCommand, argument: String) async -> PaneUpdate? {
    if command == .close {
      (lesson, demo) = (nil, nil)
      return nil
    }
    if let lesson { return await perform(command, argument, lesson) }
    return demo == nil ? nil : await performDemo(command)
  }

  private func nothing(_ kind: PaneUpdate.Kind, _ sentence: String, _ there: [String]) -> PaneUpdate {
    PaneUpdate(
      kind: kind, title: "none",
      lines: [.init(sentence, .bad)] + (there.isEmpty ? [] : [.init("There are:", .dim)]) + there.map { .init($0) },
      isDone: true)
  }

  // MARK: Lessons

  private func perform(_ command: PaneCommand, _ argument: String, _ lesson: Lesson) async -> PaneUpdate {
    let runner = lessonRunner(lesson)
    do {
      let phase = try runner.state().phase
      switch command {
      case .next: _ = phase == .running ? try await runner.check() : try await runner.start()
      case .hint: _ = try await runner.hint()
      case .answer:
        let step = try runner.state()
        let name = step.asks.first { argument.hasPrefix($0 + " ") }
        _ = try await runner.answer(name.map { String(argument.dropFirst($0.count + 1)) } ?? argument, name: name)
      case .offer: _ = try await runner.doOffer()
      case .skip: _ = try await runner.skip()
      case .reset: _ = try await runner.reset()
      case .close: break
      }
    } catch let error as GroundActionError {
      return show(lesson, error: error.sentence)
    } catch {
      return show(lesson, error: "\(error)")
    }
    return show(lesson)
  }

  private func show(_ lesson: Lesson, error: String? = nil) -> PaneUpdate {
    guard let state = try? lessonRunner(lesson).state() else {
      return PaneUpdate(
        kind: .lesson, title: lesson.title,
        lines: [.init(error ?? "The progress file cannot be read; `periplus doctor` looks at it.", .bad)])
    }
    return LessonPane.update(state, lesson: lesson, error: error)
  }

  // MARK: Demos

  private func performDemo(_ command: PaneCommand) async -> PaneUpdate {
    guard let current = demo?.state.current, let definition = demo?.state.demo else { return showDemo() }
    switch command {
    case .next:
      var variables = demo?.state.variables ?? Variables()
      let result = await demoRunner(definition).play(current, &variables)
      demo?.state.variables = variables
      demo?.state.played(result)
      demo?.said = result.isPassed ? nil : result.sentence
      demo?.failed = !result.isPassed
    case .hint:
      demo?.said = demo?.state.fallback
      demo?.failed = true
    case .skip:
      demo?.state.skip()
      demo?.said = nil
    case .reset:
      demo?.state.backToCheckpoint()
      demo?.said = nil
    case .answer, .offer, .close: break
    }
    return showDemo()
  }

  private func showDemo() -> PaneUpdate {
    guard let demo else { return nothing(.demo, "No demo is open.", []) }
    return DemoPane.update(demo.state, said: demo.said)
  }
}

/// A lesson's state as the pane's words.
enum LessonPane {
  static func update(_ state: LessonState, lesson: Lesson, error: String?) -> PaneUpdate {
    var lines: [PaneUpdate.Line] = []
    func add(_ text: String, _ tone: PaneUpdate.Tone = .plain) {
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) { lines.append(.init(String(line), tone)) }
    }
    if let error { add(error, .bad) }
    switch state.phase {
    case .notStarted:
      add("About \(lesson.minutes) minutes. > brings the proving ground to the lesson's start.")
      if let due = state.reviewDue { add("Done before; the review is due \(due.rfc3339(.seconds).prefix(10)).", .dim) }
    case .done:
      add("Done, with \(state.hintsUsed) hints.", .good)
      add("")
      add(state.debrief)
      for question in lesson.review { add("Review: \(question)", .dim) }
    case .running:
      if state.step == 0, state.attempts == 0 {
        add(state.story, .dim)
        add("")
      }
      add(state.task, .strong)
      for name in state.asks where state.answers[name] == nil { add(":answer \(state.asks.count > 1 ? name + " " : "")…", .dim) }
      if !state.offers.isEmpty { add(":do  \(state.offers.joined(separator: ", "))", .dim) }
      for hint in state.hints { add("Hint: \(hint)") }
      if state.hintsLeft > 0 { add("\(state.hintsLeft) hints left: h", .dim) }
      if let text = state.lastText {
        add("")
        switch state.lastResult {
        case "pass": add("✔ \(text)", .good)
        case "fail": add("✖ \(text)", .bad)
        case "error": add("◌ This is not your failure: \(text)", .bad)
        default: add(text, .dim)
        }
      }
    }
    let progress = state.phase == .running ? "step \(state.step + 1) of \(state.stepCount)" : (state.phase == .done ? "done" : "")
    return PaneUpdate(kind: .lesson, title: state.title, progress: progress, lines: lines, isDone: state.phase == .done)
  }
}

/// A demo's state as the pane's words: what the room sees; the presenter's note is not for it.
enum DemoPane {
  static func update(_ state: DemoState, said: String?) -> PaneUpdate {
    var lines: [PaneUpdate.Line] = []
    if state.isDone {
      lines.append(.init("The end.", .good))
    } else {
      lines.append(.init(state.say, .strong))
      if let said, !said.isEmpty {
        lines.append(.init(""))
        lines.append(.init(said, .bad))
      }
      if let next = state.next { lines += [.init(""), .init("next: \(next.id)", .dim)] }
    }
    let count = state.demo.steps.count
    return PaneUpdate(
      kind: .demo, title: state.demo.title, progress: state.isDone ? "done" : "step \(state.step + 1) of \(count)", lines: lines,
      isDone: state.isDone)
  }
}
