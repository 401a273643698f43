import Checks
import Console
import StrictYAML
import TimeFormat
import Training

/// A demo that is shown: step by step, each played on the console that is seen.
actor DemoShow {
  private var state: DemoState
  private let stage: any DemoStage
  private let runner: DemoRunner
  private let demo: Demo
  private var isSetUp = false
  private var trouble: String?
  private var showsFallback = false
  private var isPlaying = false
  private var startedAt: Timestamp?
  /// When the step began to be played, or came to its end.
  private var since: Timestamp
  /// The place of the step that was played last; `nil` before the first.
  private var shown: Int?
  /// Given the notes with each change, for the presenter's other terminal; `nil` when the demo is closed.
  private let publish: @Sendable (DemoNotes?) throws -> Void
  /// Where the console was when each step was first played.
  private var places: [Int: String] = [:]
  private var playing: Task<(result: Rehearsal.Step, variables: Variables), Never>?

  init(
    _ demo: Demo, stage: any DemoStage, ground: TrainingContext, publish: @escaping @Sendable (DemoNotes?) throws -> Void = { _ in }
  ) {
    self.demo = demo
    self.stage = stage
    runner = DemoRunner(demo, stage: stage, ground: ground.port, context: ground.checks)
    since = ground.checks.now()
    state = DemoState(demo, run: Variables.run(seed: demo.seed, startedAtNanoseconds: since.nanoseconds))
    self.publish = publish
  }

  func update() -> PaneUpdate {
    tellPresenter()
    let text = DemoText(notes: notes, showsFallback: showsFallback)
    return PaneUpdate(
      kind: .demo, title: demo.title, progress: text.progress, lines: text.room,
      playing: state.isDone ? [] : [.init(state.say, .strong)], notes: text.presenter,
      isUnderWay: isSetUp && !state.isDone, isDone: state.isDone)
  }

  private var notes: DemoNotes {
    DemoNotes(state, shown: shown, trouble: trouble, isPlaying: isPlaying, startedAt: startedAt, since: since)
  }

  private func tellPresenter() {
    do { try publish(notes) } catch { trouble = trouble ?? "the presenter's notes cannot be written: \(error)" }
  }

  /// `nil`: the pane is closed.
  func perform(_ command: PaneCommand) async -> PaneUpdate? {
    trouble = nil
    showsFallback = command == .hint
    switch command {
    case .next:
      (isPlaying, since) = (true, await stage.now())
      startedAt = startedAt ?? since
      tellPresenter()
      let place = state.step
      await play()
      if isSetUp, place < demo.steps.count { shown = place }
      (isPlaying, since) = (false, await stage.now())
    case .skip:
      state.skip()
      await restoreWhenDone()
    case .reset:
      state.backToCheckpoint()
      shown = state.step > 0 ? state.step - 1 : nil
      await returnToPlace()
    case .close:
      playing?.cancel()
      // A file that cannot be removed is that of a process which has ended, soon.
      try? publish(nil)
      if isSetUp, !state.isDone { await script(demo.reset, "reset") }
      return nil
    case .hint, .answer, .offer: break
    }
    return update()
  }

  private func play() async {
    guard let step = state.current else { return }
    if !isSetUp {
      await script(demo.setup, "setup")
      if trouble != nil { return }
      isSetUp = true
      // Where a rehearsal begins, a show begins.
      if state.step == 0 { await go(to: "voyage") }
    }
    if places[state.step] == nil {
      // Whoever looked around meanwhile may stand where the step leads to.
      for page in ["voyage", "health"] where await runner.holdsAlready(step, state.variables) { await go(to: page) }
      places[state.step] = await DemoPlace.link(of: stage)
    } else {
      // What holds already proves nothing: the step is played again from where it began.
      await returnToPlace()
    }
    if trouble != nil { return }
    // A task of its own: whoever closes the pane ends it, and no key is pressed after that.
    let playing = Task { [runner, variables = state.variables] in
      var variables = variables
      return (result: await runner.play(step, &variables), variables: variables)
    }
    self.playing = playing
    let played = await withTaskCancellationHandler {
      await playing.value
    } onCancel: {
      playing.cancel()
    }
    self.playing = nil
    state.variables = played.variables
    state.played(played.result)
    await restoreWhenDone()
  }

  private func returnToPlace() async {
    if let place = places[state.step] { await go(to: place) }
  }

  private func go(to place: String) async {
    do { try await DemoPlace.go(to: place, on: stage) } catch { trouble = TrainingPanes.sentence(of: error) }
  }

  private func restoreWhenDone() async {
    guard state.isDone, isSetUp else { return }
    await script(demo.reset, "reset")
  }

  /// Does what comes before or after the steps, as a step that expects nothing.
  private func script(_ actions: [ActionUse], _ id: String) async {
    guard var step = demo.steps.first else { return }
    step.id = id
    step.actions = actions.map(DemoAction.script)
    step.expectations = []
    // Ends when the actions have returned: nothing of the console is waited for.
    var variables = state.variables
    let result = await runner.play(step, &variables)
    state.variables = variables
    if !result.isPassed { trouble = "\(id): \(result.sentence)" }
  }
}
