import ArgumentParser
import Console
import Screen
import StateDirectory
import TimeFormat
import Training
import TrainingGround
import Views

/// Lessons on the running ground.
struct Learn: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learn on the live reference app, step by step.",
    discussion: """
      A lesson's end state and answers are checked, not the typing. In the console, :learn LESSON shows the same lesson \
      beside the pages. Where no lesson is named, the one that was started last is meant.

      Exit codes: 0 right or nothing to judge, 1 not yet, 2 wrong usage, 3 the ground is not as the lesson needs it.
      """,
    subcommands: [
      List.self, Start.self, Hint.self, Answer.self, Check.self, Do.self, Skip.self, Reset.self, Status.self, Export.self, Lint.self,
      AuthorCheckCommand.self, Reference.self,
    ], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the lessons, and where you stand in each.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var output: PrintOptions

    func run() throws {
      let records = try TrainingRecord.all(try home.resolve(), .open())
      output.show(TrainingRecord.list(records, now: WallClock.now()), records.map(\.json))
    }
  }

  struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the ground to a lesson's start and begin it.")

    @OptionGroup var options: StepOptions
    @Argument(help: "The lesson's id or number.", completion: Candidates.lessons) var id: String

    func run() async throws {
      let lesson = try TrainingShelf.open().lesson(id)
      Output.progress("preparing the proving ground")
      try await options.perform(on: lesson) { try await $0.start() }
    }
  }

  struct Hint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the step's next hint; hints are counted, not punished.")

    @OptionGroup var options: StepOptions

    func run() async throws { try await options.perform { try await $0.hint() } }
  }

  struct Answer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer the step's question and have it checked.",
      discussion: "When the step asks several questions, the question's name comes first.")

    @OptionGroup var options: StepOptions
    @Argument(help: "The answer.") var text: [String]

    func run() async throws {
      let text = text.joined(separator: " ")
      try await options.perform(judges: true) { runner in
        let state = try runner.state()
        let answer = LessonAnswer(text, asks: state.asks)
        return try await runner.answer(answer.value, name: answer.name)
      }
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Look whether the step is done.")

    @OptionGroup var options: StepOptions

    func run() async throws { try await options.perform(judges: true) { try await $0.check() } }
  }

  struct Do: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Have the lesson do what the step offers.")

    @OptionGroup var options: StepOptions

    func run() async throws { try await options.perform { try await $0.doOffer() } }
  }

  struct Skip: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Go on without the step.")

    @OptionGroup var options: StepOptions

    func run() async throws { try await options.perform { try await $0.skip() } }
  }

  struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Restore the ground and forget the run.")

    @OptionGroup var options: StepOptions

    func run() async throws { try await options.perform(fallsBackToLast: true) { try await $0.reset() } }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the lesson that is under way, and its step.")

    @OptionGroup var home: HomeOptions
    @Flag(help: "One JSON object.") var json = false
    @Argument(help: "The lesson's id or number; without it the one under way.", completion: Candidates.lessons) var id: String?

    func run() throws {
      let home = try home.resolve()
      let shelf = try TrainingShelf.open()
      let events = try ProgressFile(home).events()
      let lesson = try id.map(shelf.lesson) ?? RunningLesson(lessons: try shelf.lessons(), events: events).lesson
      guard let lesson else { throw Problem.finding("no lesson is under way; periplus learn list shows what there is") }
      LessonOutput.print(lesson, LessonState(lesson, events: events), json: json)
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a summary of the lessons that you have done, as Markdown.",
      discussion: "For the cohort's coverage: which concepts, when, with how many hints, and which reviews are due.")

    @OptionGroup var home: HomeOptions
    @Flag(help: "One JSON object a lesson.") var json = false

    func run() throws {
      let done = try TrainingRecord.all(try home.resolve(), .open()).filter { !$0.state.finishedAt.isEmpty }
      if json {
        for record in done { Output.json(record.json) }
        return
      }
      let now = WallClock.now()
      let table = TrainingRecord.listing.reportTable(done, ListingContext(now: now))
      Output.write(
        Report("Lessons done, as of \(now.rfc3339(.seconds))", [done.isEmpty ? .text("None yet.") : .table(table)]).markdown)
    }
  }

  struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report everything that is wrong with lesson files, each with file, line and column.",
      discussion: "Exit code 1 when there is an error; warnings do not fail.")

    @OptionGroup var options: LintOptions

    func run() throws {
      try options.run(.lessons)
    }
  }

  struct Reference: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the checks and actions that plans, lessons and demos may name, as docs/checks-and-actions.md.")

    func run() { Output.write(LibraryDocument.markdown) }
  }

  struct AuthorCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "author-check",
      abstract: "Prove on the running ground that lessons teach.",
      discussion: """
        Each step fails unsolved and passes solved, each wrong path fails with its own message, and reset restores the start. \
        Exit code 1 when something is not proven.
        """)

    @OptionGroup var home: HomeOptions
    @OptionGroup var app: AppOptions
    @Flag(help: "One JSON object a finding.") var json = false
    @Argument(help: "The lesson's id or number; without it every lesson.", completion: Candidates.lessons) var id: String?

    func run() async throws {
      let home = try home.resolve()
      let shelf = try TrainingShelf.open()
      let lessons = try id.map { [try shelf.lesson($0)] } ?? shelf.lessons()
      let (json, app) = (json, app)
      let work = Task {
        try await RunningGround.with(home, app) { ground, _ in
          var isProven = true
          for lesson in lessons {
            let outcome = await AuthorCheck.run(lesson, ground: ground.port, context: ground.checks)
            for finding in outcome.findings {
              let text = AuthorCheckText(finding, of: lesson)
              if json { Output.json(text.json) } else { Output.line(Visible.text(text.line)) }
            }
            isProven = isProven && outcome.isProven
          }
          return isProven
        }
      }
      Interrupts.onInterrupt { work.cancel() }
      if try await !work.value { throw Problem.finding() }
    }
  }
}

/// What every command that moves a lesson shares.
struct StepOptions: ParsableArguments {
  @OptionGroup var home: HomeOptions
  @OptionGroup var app: AppOptions
  @Option(help: ArgumentHelp("The lesson, if not the one under way.", valueName: "id"), completion: Candidates.lessons)
  var lesson: String?
  @Flag(help: "The lesson's state as one JSON object.") var json = false

  /// - Parameters:
  ///   - judges: whether the outcome decides the exit code.
  ///   - fallsBackToLast: whether a lesson that is done may be meant.
  func perform(
    on given: Lesson? = nil, judges: Bool = false, fallsBackToLast: Bool = false,
    _ body: @escaping @Sendable (LessonRunner) async throws -> LessonState
  ) async throws {
    let home = try home.resolve()
    let lesson = try given ?? chosen(home, fallsBackToLast)
    let app = app
    let work = Task {
      try await RunningGround.with(home, app) { ground, _ in
        try await body(LessonRunner(lesson, ground: ground.port, context: ground.checks, progress: ProgressFile(home)))
      }
    }
    Interrupts.onInterrupt { work.cancel() }
    let state = try await work.value
    LessonOutput.print(lesson, state, json: json, showsStory: given != nil)
    guard judges else { return }
    switch state.lastResult {
    case "fail": throw Problem.finding()
    case "error": throw Problem.environment("")
    default: return
    }
  }

  private func chosen(_ home: Home, _ fallsBackToLast: Bool) throws -> Lesson {
    let shelf = try TrainingShelf.open()
    if let lesson { return try shelf.lesson(lesson) }
    let lessons = try shelf.lessons()
    let events = try ProgressFile(home).events()
    if let running = RunningLesson(lessons: lessons, events: events).lesson { return running }
    if fallsBackToLast, let last = lessons.first(where: { $0.id == events.last?.lesson }) { return last }
    throw Problem.finding("no lesson is under way; periplus learn start ID begins one, periplus learn list shows them")
  }
}

/// A lesson's state on standard output.
enum LessonOutput {
  static func print(_ lesson: Lesson, _ state: LessonState, json: Bool, showsStory: Bool = true) {
    if json { return Output.json(TrainingRecord(lesson: lesson, state: state).json) }
    let text = LessonText(lesson: lesson, state: state, voice: .shell, showsStory: showsStory, day: WallClock.day)
    Output.line("\(lesson.title): \(text.progress)\n")
    let width = min(100, TerminalWidth.columns)
    for line in text.lines { for row in TextWidth.wrap(Visible.text(line.text), columns: width) { Output.line(row) } }
  }
}
