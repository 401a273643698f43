import JSONBytes
package import StrictYAML
package import TimeFormat

/// A port: the append-only file of what a trainee did. One JSON line an entry.
package protocol ProgressLog: Sendable {
  func append(_ line: [UInt8]) throws
  /// Every line, oldest first.
  func lines() throws -> [[UInt8]]
}

/// One thing that happened in a lesson.
package struct LessonEvent: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable { case started, answered, hinted, checked, offered, skipped, finished, reset }

  package var kind: Kind
  package var lesson: String
  package var at: Timestamp
  package var step: String?
  /// The run's name, the answer's name, or the result: by kind.
  package var name: String?
  package var text: String?
  /// What the setup remembered.
  package var values: [String: String]

  init(
    _ kind: Kind, _ lesson: String, at: Timestamp, step: String? = nil, name: String? = nil, text: String? = nil,
    values: [String: String] = [:]
  ) {
    self.kind = kind
    self.lesson = lesson
    self.at = at
    self.step = step
    self.name = name
    self.text = text
    self.values = values
  }

  var line: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("at", at.rfc3339(.nanoseconds))
      json.member("lesson", lesson)
      json.member("event", kind.rawValue)
      json.member(ifPresent: step, "step")
      json.member(ifPresent: name, "name")
      json.member(ifPresent: text, "text")
      if !values.isEmpty {
        json.key("values")
        json.object { json in for (key, value) in values.sorted(by: { $0.key < $1.key }) { json.member(key, value) } }
      }
    }
    return json.bytes
  }

  /// `nil` for a line that is none: a torn last line must not lose the rest.
  package init?(line: [UInt8]) {
    guard let json = try? JSONValue(parsing: line), let lesson = json["lesson"]?.stringValue,
      let kind = json["event"]?.stringValue.flatMap(Kind.init(rawValue:)),
      let at = json["at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    else { return nil }
    var values: [String: String] = [:]
    for member in json["values"]?.objectValue ?? JSONObject() { values[member.key] = member.value.stringValue }
    self.init(
      kind, lesson, at: at, step: json["step"]?.stringValue, name: json["name"]?.stringValue, text: json["text"]?.stringValue,
      values: values)
  }
}

/// Where a trainee stands in a lesson: what the side pane shows. A pure function of the lesson and its events.
package struct LessonState: Sendable, Hashable {
  package enum Phase: String, Sendable, Hashable { case notStarted, running, done }

  package var lesson: String
  package var title: String
  package var phase: Phase = .notStarted
  /// From 0; equals ``stepCount`` when done.
  package var step = 0
  package var stepCount: Int
  /// With its variables filled.
  package var story = ""
  package var task = ""
  package var asks: [String] = []
  package var offers: [String] = []
  package var answers: [String: String] = [:]
  /// The hints that were asked for in this step, and how many are left.
  package var hints: [String] = []
  package var hintsLeft = 0
  package var hintsUsed = 0
  package var attempts = 0
  /// The last thing that was said, and what it was: pass, fail or error.
  package var lastResult: String?
  package var lastText: String?
  /// When it is done.
  package var debrief = ""
  package var startedAt: Timestamp?
  package var finishedAt: [Timestamp] = []
  /// When the next review is due.
  package var reviewDue: Timestamp?
  package var variables = Variables()

  package init(_ lesson: Lesson, events: [LessonEvent]) {
    self.lesson = lesson.id
    title = lesson.title
    stepCount = lesson.steps.count
    for event in events where event.lesson == lesson.id { apply(event, lesson) }
    if phase == .running, lesson.steps.indices.contains(step) {
      let current = lesson.steps[step]
      task = variables.fill(current.task)
      asks = current.asks
      offers = current.offers.map { $0.described(variables) }
      hintsLeft = current.hints.count - hints.count
    }
    story = phase == .notStarted ? "" : variables.fill(lesson.story)
    debrief = phase == .done ? variables.fill(lesson.debrief) : ""
    reviewDue = ReviewSchedule.due(after: finishedAt)
  }

  private mutating func apply(_ event: LessonEvent, _ lesson: Lesson) {
    switch event.kind {
    case .started:
      let finished = finishedAt
      self = LessonState(lesson, events: [])
      finishedAt = finished
      phase = .running
      startedAt = event.at
      variables = lesson.variables(run: event.name ?? "")
      variables.values.merge(event.values) { _, new in new }
    case .answered:
      if let name = event.name {
        answers[name] = event.text
        variables.values[ActionDefinition.answerName(name)] = event.text
      }
    case .hinted:
      if let hint = event.text { hints.append(hint) }
      (lastResult, lastText) = (nil, nil)
      hintsUsed += 1
    case .offered:
      variables.values.merge(event.values) { _, new in new }
      lastResult = nil
      lastText = event.text
    case .checked:
      attempts += 1
      lastResult = event.name
      lastText = event.text
      if event.name == "pass" { advance(lesson) }
    case .skipped:
      lastResult = nil
      lastText = "skipped"
      advance(lesson)
    case .finished:
      phase = .done
      finishedAt.append(event.at)
    case .reset:
      let finished = finishedAt
      self = LessonState(lesson, events: [])
      finishedAt = finished
    }
  }

  private mutating func advance(_ lesson: Lesson) {
    step = min(step + 1, lesson.steps.count)
    hints = []
  }
}

/// When a lesson is looked at again: 1, 3, 7, 21 and 60 days after it was done.
package enum ReviewSchedule {
  package static let days = [1, 3, 7, 21, 60]

  /// `nil` when it was never done, or every review is behind.
  package static func due(after done: [Timestamp]) -> Timestamp? {
    guard let last = done.max(), days.indices.contains(done.count - 1) else { return nil }
    return last + .seconds(days[done.count - 1] * 86_400)
  }
}
