import Console
import Training

/// A demo's step in the pane of the console: what the room reads, and what the presenter reads.
struct DemoText {
  let notes: DemoNotes
  var showsFallback = false

  var progress: String { "step \(notes.phase == .ready ? 0 : notes.step) of \(notes.steps)" + (notes.phase == .done ? ", done" : "") }

  /// The sentence that belongs to what is on the screen, and nothing that gives away what comes.
  var room: [PaneUpdate.Line] {
    var lines: [PaneUpdate.Line] = []
    if notes.phase != .ready { lines.append(.init(notes.say, .strong)) }
    if notes.phase == .failed { lines.append(.init("▲ Not there yet; the presenter's notes say why.", .bad)) }
    if showsFallback, !notes.fallback.isEmpty { lines.append(.init("Instead: \(notes.fallback)")) }
    return lines
  }

  var presenter: [PaneUpdate.Line] {
    // First: a small terminal shows only the first lines of the pane.
    var lines: [PaneUpdate.Line] = notes.trouble.isEmpty ? [] : [.init("✖ \(notes.trouble)", .bad), .init("")]
    lines.append(.init(notes.say, .strong))
    func add(_ key: String, _ texts: [String], _ tone: PaneUpdate.Tone = .plain) {
      let texts = texts.filter { !$0.isEmpty }
      if texts.isEmpty { return }
      lines.append(.init(""))
      lines += texts.map { .init("\(key): \($0)", tone) }
    }
    add("Note", [notes.note])
    add("Does", notes.does, .dim)
    add("Expects", notes.expects, .dim)
    if showsFallback || !notes.trouble.isEmpty { add("If it fails", [notes.fallback]) }
    add("Next", [notes.next], .dim)
    if notes.phase == .done {
      add("Then", ["periplus demo shown \(notes.demo) records that it was shown."], .dim)
    } else {
      let play =
        switch notes.phase {
        case .ready: "> begins"
        case .failed: "> plays it again"
        default: "> plays the next"
        }
      lines += [.init(""), .init("\(play) · h if it fails · :skip skips · :reset back to the checkpoint", .dim)]
    }
    return lines
  }
}
