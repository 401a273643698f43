package import ClusterModel
package import TelemetryModel
package import TimeFormat

/// What the cursor stands on, for the commands that every page understands.
package struct Subject: Sendable {
  package struct PodName: Sendable, Hashable {
    package var cluster: String
    package var namespace: String
    package var name: String
  }

  package struct WorkloadName: Sendable, Hashable {
    package var cluster: String
    package var reference: ObjectReference
  }

  package var requestID: String?
  package var record: LogRecord?
  package var pod: PodName?
  package var workload: WorkloadName?
  package var owner: WorkloadName?
  /// The search that finds its records.
  package var logQuery: String?
  package var copyText: String?
  /// Where a deep link leads.
  package var link: String?
  package var moment: Timestamp?
  /// Why it is so: what `x` shows.
  package var explanation: [String] = []

  package init() {}
}

/// What a page answers to a command.
struct PageOutcome {
  var isHandled = true
  var effects: [Effect] = []
  var goes: Page?
  var layer: Layer?
  var note: Note?

  static let ignored = PageOutcome(isHandled: false)
  static let done = PageOutcome()
  static func effects(_ effects: [Effect]) -> PageOutcome { PageOutcome(effects: effects) }
  static func go(_ page: Page) -> PageOutcome { PageOutcome(goes: page) }
  static func say(_ text: String) -> PageOutcome { PageOutcome(note: Note(text)) }
}
