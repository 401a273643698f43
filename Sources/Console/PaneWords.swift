/// What a lesson's author wrote for a shell, as it is done in the console.
package enum PaneWords {
  private static let commands: [(shell: String, console: String)] = [
    ("periplus learn answer", ":answer"), ("periplus learn check", ">"), ("periplus learn start", ":learn"), ("periplus learn hint", "h"),
    ("periplus learn skip", ":skip"), ("periplus learn reset", ":reset"), ("periplus learn do", ":do"),
  ]

  package static func inConsole(_ text: String) -> String {
    var text = text
    for command in commands { text = text.replacing(command.shell, with: command.console) }
    return text
  }
}

extension PaneCommand {
  /// What is waited for while it is under way.
  func words(_ kind: PaneUpdate.Kind, isUnderWay: Bool) -> String {
    switch (self, kind) {
    case (.next, .demo): "playing the step"
    case (.next, .lesson): isUnderWay ? "checking the step" : "preparing the proving ground"
    case (.answer, _): "checking the answer"
    case (.offer, _): "doing what the step offers"
    case (.reset, .lesson): "restoring the proving ground"
    case (.reset, .demo): "returning to the checkpoint"
    case (.skip, _): "going on"
    case (.hint, _): "looking for a hint"
    case (.close, _): "closing"
    }
  }
}
