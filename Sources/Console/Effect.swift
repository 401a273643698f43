package import ClusterModel
package import Screen
package import TelemetryModel
package import TimeFormat
package import Views

/// What the console wants done outside: values, performed by an ``EffectRunner`` off the UI thread.
package enum Effect: Sendable, Hashable {
  /// Asks a query; the newest of a slot cancels the one before it.
  case load(AnyQuery, slot: Slot, number: Int)
  /// - Parameter what: what the text is, in a word or two.
  case copy(String, what: String)
  /// Writes the view beside the user's other exports as Markdown and JSON lines.
  case export(name: String, markdown: String, json: [String])
  case act(ClusterAction)
  case openPane(PaneUpdate.Kind, id: String)
  case pane(PaneCommand, argument: String)
  /// Ends what the pane waits for.
  case cancelPane
  /// Runs checks of the plan, by their ids; their results are recorded as evidence.
  case runChecks([String])
  /// Ends the checks that run.
  case cancelChecks
  case rememberLook(Timestamp)
  case suspend
  case redraw
  case quit
}

/// What an answer is for.
package struct Slot: Sendable, Hashable {
  package enum Owner: Sendable, Hashable { case shell, page }

  package var owner: Owner
  package var name: String

  package init(_ owner: Owner, _ name: String) {
    self.owner = owner
    self.name = name
  }
}

/// What of the outside changes by itself.
package struct Feed: Sendable, Hashable {
  package let name: String

  /// Records were added.
  package static let logs = Feed(name: "logs")
  package static let ledger = Feed(name: "ledger")
}

/// Something done to a cluster; each asks first.
package enum ClusterAction: Sendable, Hashable {
  case deletePod(cluster: String, namespace: String, name: String)
  case scale(cluster: String, workload: ObjectReference, replicas: Int)
  case restart(cluster: String, workload: ObjectReference)

  package var cluster: String {
    switch self {
    case .deletePod(let cluster, _, _), .scale(let cluster, _, _), .restart(let cluster, _): cluster
    }
  }
}

/// What a person does in the side pane of a lesson or a demo.
package enum PaneCommand: String, Sendable, Hashable {
  /// Lesson: start it, or check the step. Demo: play the step.
  case next
  /// Lesson: the next hint. Demo: the fallback.
  case hint
  case answer
  /// Has the lesson do what the step offers.
  case offer
  case skip
  /// Lesson: restore the start. Demo: back to the checkpoint.
  case reset
  case close
}

/// What comes back from outside.
package enum Message: Sendable {
  case cluster(ClusterUpdate)
  /// The API server of a cluster answered.
  case heard(cluster: String, at: Timestamp)
  case ledger(LedgerUpdate)
  case plan(PlanUpdate)
  case sources([SourceStatus])
  /// A source has more than before.
  case changed(Feed)
  /// The answer to the query of that number; one that is not the newest of its slot is late and dropped.
  case answered(Slot, number: Int, Result<any Sendable, QueryFailure>)
  case pane(PaneUpdate)
  case check(CheckNews)
  case note(Note)
  /// Keys and commands of a demo that plays on this console.
  case press([KeyPress])
  case run(String)
  /// Time has gone by.
  case tick
}

/// One sentence in the message line.
package struct Note: Sendable, Hashable {
  package enum Tone: Sendable, Hashable { case plain, good, bad }

  /// For how long it hides how current the page is, where nobody presses a key. What went wrong waits for one.
  package static let lasting = Duration.seconds(10)

  package var text: String
  package var tone: Tone

  package init(_ text: String, _ tone: Tone = .plain) {
    self.text = text
    self.tone = tone
  }

  /// `Copied record (1.2 kB)`: a kB is 1000 bytes.
  package static func copied(_ text: String, _ what: String) -> Note {
    let bytes = text.utf8.count
    let size = bytes < 1000 ? "\(bytes) B" : "\(bytes / 1000).\(bytes % 1000 / 100) kB"
    return Note("Copied \(what) (\(size))", .good)
  }
}
