package import JSONBytes
import StrictYAML
package import TimeFormat

/// What the presenter of a demo reads and the room does not: the note, what the step does and expects, and what comes next.
package struct DemoNotes: Sendable, Hashable {
  package enum Phase: String, Sendable, Hashable {
    /// Nothing was played yet.
    case ready
    case playing
    /// The step has reached what it expects, and is on the screen.
    case shown
    case failed
    /// The last step is on the screen.
    case done
  }

  package var demo: Int
  package var title: String
  /// How long the demo should take.
  package var minutes: Int
  /// The number of the step that is on the screen, or is being played; before that 1.
  package var step: Int
  package var steps: Int
  package var phase: Phase
  /// When the first step was played; `nil` before.
  package var startedAt: Timestamp?
  /// When the step began to be played, or came to its end.
  package var since: Timestamp
  package var say: String
  package var note: String
  package var does: [String]
  package var expects: [String]
  /// Why the step did not reach what it expects, or why the ground is not ready; empty when neither is so.
  package var trouble: String
  package var fallback: String
  /// The sentence of the step that follows; empty where none does.
  package var next: String

  /// - Parameters:
  ///   - shown: the place of the step that was played last; `nil` before the first.
  ///   - trouble: why the ground or the console is not ready; `nil` when it is.
  ///   - isPlaying: whether the state's own step is being played.
  package init(_ state: DemoState, shown: Int?, trouble: String?, isPlaying: Bool, startedAt: Timestamp?, since: Timestamp) {
    let all = state.demo.steps
    let place = isPlaying ? state.step : shown ?? 0
    let current = all.indices.contains(place) ? all[place] : nil
    let following = max(place + 1, state.step)
    demo = state.demo.number
    title = state.demo.title
    minutes = state.demo.minutes
    steps = all.count
    step = min(place + 1, all.count)
    self.trouble = isPlaying ? "" : trouble ?? current.flatMap { state.results[$0.id] } ?? ""
    phase = isPlaying ? .playing : !self.trouble.isEmpty ? .failed : state.isDone ? .done : shown != nil ? .shown : .ready
    self.startedAt = startedAt
    self.since = since
    say = state.variables.fill(current?.say ?? "")
    note = state.variables.fill(current?.note ?? "")
    does = current?.actions.map { $0.described(state.variables) } ?? []
    expects = current?.expectations.map { $0.described(state.variables) } ?? []
    fallback = state.variables.fill(current?.fallback ?? "")
    next = all.indices.contains(following) ? state.variables.fill(all[following].say) : ""
  }

  /// How long the demo has been shown.
  package func elapsed(_ now: Timestamp) -> Duration { startedAt.map { (phase == .done ? since : now) - $0 } ?? .zero }
}

extension DemoAction {
  func described(_ variables: Variables) -> String {
    switch self {
    case .keys(let keys): "press \(keys.map(variables.fill).joined(separator: " "))"
    case .command(let command): ":\(variables.fill(command))"
    case .script(let action): action.described(variables)
    }
  }
}

extension Expectation {
  func described(_ variables: Variables) -> String {
    switch self {
    case .text(let text): "\"\(variables.fill(text))\" on the screen"
    case .model(let name, .equals, let value): "\(name) is \(variables.fill(value))"
    case .model(let name, .contains, let value): "\(name) contains \(variables.fill(value))"
    case .model(let name, .atLeast, let value): "\(name) is at least \(variables.fill(value))"
    case .check(let use): "check \(use.check) passes"
    }
  }
}

// MARK: As JSON

extension DemoNotes {
  package static let shape = JSONShape<DemoNotes>([
    JSONField("demo", .number) { $0.demo }, JSONField("title", .string) { $0.title }, JSONField("minutes", .number) { $0.minutes },
    JSONField("step", .number, "from 1") { $0.step }, JSONField("steps", .number) { $0.steps },
    JSONField("phase", .string, "`ready`, `playing`, `shown`, `failed`, `done`") { $0.phase.rawValue },
    JSONField("startedAt", .time, "absent before the first step is played") { $0.startedAt?.rfc3339(.nanoseconds) },
    JSONField("since", .time) { $0.since.rfc3339(.nanoseconds) }, JSONField("say", .string) { $0.say },
    JSONField("note", .string) { $0.note }, JSONField("does", .strings) { $0.does }, JSONField("expects", .strings) { $0.expects },
    JSONField("trouble", .string) { $0.trouble }, JSONField("fallback", .string) { $0.fallback }, JSONField("next", .string) { $0.next },
  ])

  /// `nil` for what is not an object of ``shape``.
  package init?(json: JSONValue) {
    func text(_ name: String) -> String { json[name]?.stringValue ?? "" }
    func number(_ name: String) -> Int? { json[name]?.intValue.map { Int($0) } }
    func texts(_ name: String) -> [String] { (json[name]?.arrayValue ?? []).compactMap(\.stringValue) }
    guard let demo = number("demo"), let step = number("step"), let steps = number("steps"), let phase = Phase(rawValue: text("phase")),
      let since = Timestamp(rfc3339: text("since"))
    else { return nil }
    (self.demo, self.step, self.steps, self.phase, self.since) = (demo, step, steps, phase, since)
    (title, minutes, startedAt) = (text("title"), number("minutes") ?? 0, Timestamp(rfc3339: text("startedAt")))
    (say, note, does, expects) = (text("say"), text("note"), texts("does"), texts("expects"))
    (trouble, fallback, next) = (text("trouble"), text("fallback"), text("next"))
  }
}
