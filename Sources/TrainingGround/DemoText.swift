import Console
import StrictYAML
import TimeFormat
import Training

/// A demo's step as its presenter reads it beside the page.
struct DemoText {
  let state: DemoState
  /// Why the ground or the console is not ready; `nil` when it is.
  var trouble: String?
  var showsFallback = false

  var progress: String { state.isDone ? "done" : "step \(state.step + 1) of \(state.demo.steps.count)" }

  var lines: [PaneUpdate.Line] {
    var lines: [PaneUpdate.Line] = []
    if state.step > 0, state.demo.steps.indices.contains(state.step - 1) {
      let last = state.demo.steps[state.step - 1]
      if state.results[last.id]?.isEmpty == true {
        lines.append(.init("✔ \(last.id): \(last.expectations.map(words).joined(separator: "; "))", .good))
        lines.append(.init(""))
      }
    }
    guard let step = state.current else {
      if let trouble { lines += [.init("✖ \(trouble)", .bad), .init("")] }
      lines.append(.init("The demo is over.", .strong))
      lines.append(.init("periplus demo shown \(state.demo.number) records that \(state.demo.facility) was revealed.", .dim))
      return lines
    }
    // First: a small terminal shows only the first lines of the pane.
    let trouble = trouble ?? state.results[step.id]
    if let trouble { lines += [.init("✖ \(trouble)", .bad), .init("")] }
    lines.append(.init(state.say, .strong))
    if !state.note.isEmpty { lines += [.init(""), .init("Note: \(state.note)", .dim)] }
    if !step.actions.isEmpty {
      lines.append(.init(""))
      lines += step.actions.map { .init("does: \(words($0))", .dim) }
    }
    // A text that the pane itself shows would always stand on the screen.
    let awaited = step.expectations.filter { if case .text = $0 { false } else { true } }
    lines += awaited.map { .init("expects: \(words($0))", .dim) }
    if showsFallback || trouble != nil, !state.fallback.isEmpty {
      lines += [.init(""), .init("Fallback: \(state.fallback)")]
    }
    lines += [.init(""), .init("> plays it · h fallback · :skip goes on · :reset back to the checkpoint", .dim)]
    if let next = state.next { lines.append(.init("next: \(next.id)", .dim)) }
    return lines
  }

  private func words(_ action: DemoAction) -> String {
    switch action {
    case .keys(let keys): "presses \(keys.map(state.variables.fill).joined(separator: " "))"
    case .command(let command): ":\(state.variables.fill(command))"
    case .script(let action): action.described(state.variables)
    }
  }

  private func words(_ expectation: Expectation) -> String {
    switch expectation {
    case .text(let text): "'\(state.variables.fill(text))' on the screen"
    case .model(let name, .atLeast, let value): "\(name) at least \(state.variables.fill(value))"
    case .model(let name, let comparison, let value): "\(name) \(comparison.rawValue) \(state.variables.fill(value))"
    case .check(let use): use.check
    }
  }
}
