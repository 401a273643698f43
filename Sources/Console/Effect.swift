package import ClusterModel
package import Screen
package import TelemetryModel
package import TimeFormat

/// What the console wants done outside: values, performed by an ``EffectRunner`` off the UI thread.
package enum Effect: Sendable, Hashable {
  case loadLogs(LogsRequest)
  case loadRequest(number: Int, id: String)
  /// The last records of a workload or pod.
  case loadLastWords(number: Int, conditions: [LogQuery.Condition])
  /// The clusters as they were at a moment.
  case loadPast(number: Int, moment: Timestamp)
  case copy(String)
  /// Writes the view beside the user's other exports as Markdown and JSON lines.
  case export(name: String, markdown: String, json: [String])
  case act(ClusterAction)
  case openPane(PaneUpdate.Kind, id: String)
  case pane(PaneCommand, argument: String)
  case rememberLook(Timestamp)
  case suspend
  case redraw
  case quit
}

package struct LogsRequest: Sendable, Hashable {
  package var number: Int
  package var query: LogQuery
  /// Records around each match as well.
  package var withContext: Bool
  package var histogram: Range<Timestamp>
  package var buckets: Int
  /// Records to go before those already there.
  package var isOlder: Bool
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
  case ledger(LedgerUpdate)
  case plan(PlanUpdate)
  case sources([SourceStatus])
  /// Records were added since.
  case logsChanged
  case logs(number: Int, LogsAnswer)
  case logsFailed(number: Int, String)
  case request(number: Int, id: String, records: [LogRecord], lifecycle: [PodLifecycleEvent], isCut: Bool)
  case requestFailed(number: Int, String)
  case lastWords(number: Int, [LogRecord])
  case past(number: Int, ConsoleDataPast)
  case pane(PaneUpdate)
  case note(Note)
  /// Keys and commands of a demo that plays on this console.
  case press([KeyPress])
  case run(String)
  /// Time has gone by.
  case tick
}

package struct LogsAnswer: Sendable {
  package var matches: [LogRecord]
  package var context: [LogRecord]
  package var lifecycle: [PodLifecycleEvent]
  package var histogram: [Int]
  package var next: LogCursor?
  package var isOlder: Bool
}

/// One sentence in the message line.
package struct Note: Sendable, Hashable {
  package enum Tone: Sendable, Hashable { case plain, good, bad }

  package var text: String
  package var tone: Tone

  package init(_ text: String, _ tone: Tone = .plain) {
    self.text = text
    self.tone = tone
  }
}
