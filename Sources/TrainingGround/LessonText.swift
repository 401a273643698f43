package import Console
package import TimeFormat
package import Training

/// A lesson as its trainee reads it, beside a page or in a shell.
package struct LessonText {
  /// How the trainee goes on: by the console's commands, or by those of the shell.
  package enum Voice: Sendable { case console, shell }

  private let lesson: Lesson
  private let state: LessonState
  private let voice: Voice
  /// Whoever has just read the story need not read it with every answer.
  private let showsStory: Bool
  /// It was done before, and is about to be begun again.
  private let isReopened: Bool
  /// A moment's day where the reader is.
  private let day: @Sendable (Timestamp) -> String

  package init(
    lesson: Lesson, state: LessonState, voice: Voice, showsStory: Bool = true, isReopened: Bool = false,
    day: @escaping @Sendable (Timestamp) -> String
  ) {
    self.lesson = lesson
    self.state = state
    self.voice = voice
    self.showsStory = showsStory
    self.isReopened = isReopened
    self.day = day
  }

  package var progress: String {
    switch state.phase {
    case .notStarted: "\(lesson.minutes) min"
    case .running: "step \(state.step + 1) of \(state.stepCount)"
    case .done: isReopened ? "done before" : "done"
    }
  }

  package var lines: [PaneUpdate.Line] {
    switch state.phase {
    case .notStarted: beginning
    case .running: running
    case .done: isReopened ? beginning : ending
    }
  }

  private var beginning: [PaneUpdate.Line] {
    var lines = [PaneUpdate.Line("Teaches \(lesson.facility): \(lesson.concepts.joined(separator: ", ")), in \(state.stepCount) steps.")]
    if !lesson.prerequisites.isEmpty { lines.append(.init("Prerequisites: \(lesson.prerequisites.joined(separator: ", ")).", .dim)) }
    if let due = state.reviewDue { lines.append(.init("Its review is due on \(day(due)).", .dim)) }
    lines += [
      blank, PaneUpdate.Line(voice == .console ? "> starts the lesson." : "periplus learn start \(lesson.id) starts the lesson.", .strong),
      PaneUpdate.Line("The lesson changes the proving ground; reset restores it.", .dim),
    ]
    return lines
  }

  private var running: [PaneUpdate.Line] {
    // What the last command brought comes first beside a page, where few rows may be seen, and last in a shell.
    var news = state.lastText.map(result)
    var hints = state.hints.enumerated().map { PaneUpdate.Line("Hint \($0 + 1): \(trimmed($1))") }
    if voice == .console, news == nil { news = hints.popLast() }
    var lines = voice == .console ? [news, news.map { _ in blank }].compactMap { $0 } : []
    // In the midst of the lesson it has been read.
    if showsStory, state.step == 0, voice == .shell || news == nil { lines += paragraphs(state.story) + [blank] }
    lines += paragraphs(state.task, .strong)
    if !state.offers.isEmpty {
      lines += [blank, .init("\(command("offer")) does it for you: \(state.offers.joined(separator: ", "))", .dim)]
    }
    for hint in hints { lines += [blank, hint] }
    for name in state.asks { if let answer = state.answers[name] { lines += [blank, .init("Your answer (\(name)): \(answer)", .dim)] } }
    if voice == .shell, let news { lines += [blank, news] }
    return lines + [blank] + ways
  }

  private var ending: [PaneUpdate.Line] {
    var lines = [PaneUpdate.Line("Done in \(took) with \(count(state.hintsUsed, "hint")).", .good), blank]
    lines += paragraphs(state.debrief)
    let number = state.finishedAt.count
    if let due = state.reviewDue {
      lines += [blank, .init("Review \(number) of \(ReviewSchedule.days.count) is due on \(day(due)).", .strong)]
      if !lesson.review.isEmpty { lines.append(.init(lesson.review[(number - 1) % lesson.review.count])) }
    } else {
      lines += [blank, .init("All reviews are done.", .strong)]
    }
    lines += [blank, .init("\(command("reset")) restores the proving ground.", .dim)]
    return lines
  }

  private func result(_ text: String) -> PaneUpdate.Line {
    switch state.lastResult {
    case "pass": .init("✔ \(trimmed(text))", .good)
    case "fail": .init("✖ \(trimmed(text))", .bad)
    // The ground's trouble, not the trainee's.
    case "error": .init("Check error, not your answer: \(trimmed(text))", .bad)
    default: .init(trimmed(text), .dim)
    }
  }

  private var ways: [PaneUpdate.Line] {
    var ways: [String] = []
    switch state.asks.count {
    case 0: ways.append("\(command("check")) checks")
    case 1: ways.append("\(command("answer")) TEXT answers")
    default: ways.append("\(command("answer")) NAME TEXT answers, NAME one of \(state.asks.joined(separator: ", "))")
    }
    if state.hintsLeft > 0 { ways.append("\(command("hint")) gives a hint (\(state.hintsLeft) left)") }
    ways.append("\(command("skip")) skips the step")
    return ways.map { .init($0, .dim) }
  }

  private func command(_ name: String) -> String {
    switch (voice, name) {
    case (.console, "check"): ">"
    case (.console, "hint"): "h"
    case (.console, "offer"): ":do"
    case (.console, _): ":\(name)"
    case (.shell, "offer"): "periplus learn do"
    case (.shell, _): "periplus learn \(name)"
    }
  }

  private var took: String {
    guard let started = state.startedAt, let finished = state.finishedAt.last else { return "no time" }
    return (finished - started).brief
  }

  private var blank: PaneUpdate.Line { .init("") }
  private func count(_ number: Int, _ noun: String) -> String { number == 0 ? "no \(noun)s" : "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// The line breaks of a file mean nothing; blank lines and indented lines do.
  private func paragraphs(_ text: String, _ tone: PaneUpdate.Tone = .plain) -> [PaneUpdate.Line] {
    var lines: [String] = []
    var continues = false
    for line in trimmed(text).split(separator: "\n", omittingEmptySubsequences: false) {
      let isProse = !line.isEmpty && line.first?.isWhitespace == false
      if isProse, continues, let last = lines.popLast() { lines.append("\(last) \(line)") } else { lines.append(String(line)) }
      continues = isProse
    }
    return lines.map { PaneUpdate.Line($0, tone) }
  }

  private func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last?.isWhitespace == true { text.removeLast() }
    return voice == .console ? PaneWords.inConsole(String(text)) : String(text)
  }
}
