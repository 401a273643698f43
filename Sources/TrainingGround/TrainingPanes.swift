package import Console
package import StateDirectory
package import TimeFormat
package import Training

/// Lessons and demos beside the console's pages.
package actor TrainingPanes: PaneSource {
  private let shelf: @Sendable () throws -> TrainingShelf
  /// What lessons and demos act on.
  ///
  /// Throws ``ActionError`` where no cluster has the role for it.
  private let ground: @Sendable () throws -> TrainingContext
  private let progress: ProgressFile
  private let presenter: DemoNotesFile
  private let day: @Sendable (Timestamp) -> String
  /// The console on which demos play; `nil` where there is none to be seen.
  private let stage: (any DemoStage)?
  private var lesson: Lesson?
  /// The lesson had been done when it was opened: it may begin again. One that was finished here leaves its debrief to be read.
  private var mayBeginAgain = false
  private var demo: DemoShow?
  /// What the pane that is seen is about, when it is a list or an error.
  private var kind = PaneUpdate.Kind.lesson

  package init(
    home: Home, shelf: @escaping @Sendable () throws -> TrainingShelf, ground: @escaping @Sendable () throws -> TrainingContext,
    day: @escaping @Sendable (Timestamp) -> String, stage: (any DemoStage)? = nil
  ) {
    self.shelf = shelf
    self.ground = ground
    self.day = day
    progress = ProgressFile(home)
    presenter = DemoNotesFile(home)
    self.stage = stage
  }

  package func open(_ kind: PaneUpdate.Kind, id: String) async -> PaneUpdate {
    self.kind = kind
    let earlier = demo
    (lesson, demo) = (nil, nil)
    _ = await earlier?.perform(.close)
    do {
      let shelf = try shelf()
      switch kind {
      case .lesson:
        let lesson =
          id.isEmpty ? RunningLesson(lessons: try shelf.lessons(), events: try progress.events()).lesson : try shelf.lesson(id)
        guard let lesson else { return try lessonList(shelf) }
        // A lesson that cannot be done is better not begun.
        _ = try ground()
        self.lesson = lesson
        mayBeginAgain = try state(of: lesson).phase == .done
        return try update(of: lesson)
      case .demo:
        guard !id.isEmpty else { return try demoList(shelf) }
        guard let stage else {
          throw ActionError("a demo needs a console in a terminal; periplus demo rehearse \(id) plays it without one")
        }
        let show = DemoShow(try shelf.demo(id), stage: stage, ground: try ground()) { [presenter] notes in
          if let notes { try presenter.write(notes) } else { try presenter.remove() }
        }
        demo = show
        return await show.update()
      }
    } catch {
      return failed(kind, error)
    }
  }

  package func perform(_ command: PaneCommand, argument: String) async -> PaneUpdate? {
    if let demo {
      if command == .close { self.demo = nil }
      let update = await demo.perform(command)
      // The pane may have been closed, or given to something else, while a step was played.
      return self.demo === demo ? update : nil
    }
    guard command != .close else {
      lesson = nil
      return nil
    }
    // Every command but close is answered: the pane is busy until it is.
    guard let lesson else { return await open(kind, id: "") }
    do {
      try await perform(command, argument, lesson)
      return try update(of: lesson)
    } catch {
      guard var update = try? update(of: lesson) else { return failed(.lesson, error) }
      update.lines = [.init("✖ \(Self.sentence(of: error))", .bad), .init("")] + update.lines
      return update
    }
  }

  private func perform(_ command: PaneCommand, _ argument: String, _ lesson: Lesson) async throws {
    let ground = try ground()
    let runner = LessonRunner(lesson, ground: ground.port, context: ground.checks, progress: progress)
    let state = try runner.state()
    switch command {
    case .next:
      if state.phase == .running {
        _ = try await runner.check()
      } else if state.phase == .notStarted || mayBeginAgain {
        mayBeginAgain = false
        _ = try await runner.start()
      }
    case .hint: _ = try await runner.hint()
    case .answer:
      let answer = LessonAnswer(argument, asks: state.asks)
      _ = try await runner.answer(answer.value, name: answer.name)
    case .offer: _ = try await runner.doOffer()
    case .skip: _ = try await runner.skip()
    case .reset: _ = try await runner.reset()
    case .close: break
    }
  }

  private func state(of lesson: Lesson) throws -> LessonState { LessonState(lesson, events: try progress.events()) }

  private func update(of lesson: Lesson) throws -> PaneUpdate {
    let state = try state(of: lesson)
    let isReopened = state.phase == .done && mayBeginAgain
    let text = LessonText(lesson: lesson, state: state, voice: .console, isReopened: isReopened, day: day)
    return PaneUpdate(
      kind: .lesson, title: lesson.title, progress: text.progress, lines: text.lines, isUnderWay: state.phase == .running,
      isDone: state.phase == .done && !isReopened)
  }

  private func lessonList(_ shelf: TrainingShelf) throws -> PaneUpdate {
    let events = try progress.events()
    let lines = try shelf.lessons().map { lesson in
      let state = LessonState(lesson, events: events)
      return PaneUpdate.Line("\(lesson.id)  \(lesson.title), \(lesson.minutes) min\(state.finishedAt.isEmpty ? "" : ", done")")
    }
    return PaneUpdate(
      kind: .lesson, title: "Which one?", lines: lines + [.init(""), .init(":learn LESSON opens one.", .dim)], isDone: true)
  }

  private func demoList(_ shelf: TrainingShelf) throws -> PaneUpdate {
    let lines = try shelf.demos().map { PaneUpdate.Line("\($0.number)  \($0.title), \($0.minutes) min") }
    return PaneUpdate(kind: .demo, title: "Which one?", lines: lines + [.init(""), .init(":demo NUMBER opens one.", .dim)], isDone: true)
  }

  private func failed(_ kind: PaneUpdate.Kind, _ error: any Error) -> PaneUpdate {
    PaneUpdate(kind: kind, title: "Cannot be opened", lines: [.init(Self.sentence(of: error), .bad)], isDone: true)
  }

  static func sentence(of error: any Error) -> String {
    if error is CancellationError { return "cancelled" }
    return PaneWords.inConsole((error as? ActionError)?.sentence ?? (error as? DemoStageError)?.sentence ?? "\(error)")
  }
}
