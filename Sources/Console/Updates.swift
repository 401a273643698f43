package import ClusterModel
package import MigrationPlan
import TimeFormat
package import Views

package struct ClusterUpdate: Sendable {
  package var health: ClusterHealth

  package init(_ health: ClusterHealth) { self.health = health }
}

package struct LedgerUpdate: Sendable {
  package var record: LedgerRecord
  /// Why the ledger cannot be read; `nil` when it can.
  package var error: String?

  package init(_ record: LedgerRecord, error: String? = nil) {
    self.record = record
    self.error = error
  }
}

package struct PlanUpdate: Sendable {
  package var voyage: Voyage?
  package var error: String?

  package init(voyage: Voyage?, error: String? = nil) {
    self.voyage = voyage
    self.error = error
  }
}

/// What the side pane shows: a lesson's or a demo's step, in words.
package struct PaneUpdate: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable { case lesson, demo }
  package enum Tone: Sendable, Hashable { case plain, strong, dim, good, bad }

  package struct Line: Sendable, Hashable {
    package var text: String
    package var tone: Tone

    package init(_ text: String, _ tone: Tone = .plain) {
      self.text = text
      self.tone = tone
    }
  }

  package var kind: Kind
  package var title: String
  /// `step 2 of 4`.
  package var progress: String
  package var lines: [Line]
  /// What is read as soon as the next step is played; empty where that is known only after it.
  package var playing: [Line]
  /// What the presenter of a demo reads in their place when the notes are shown; empty for a lesson.
  package var notes: [Line]
  /// A check or a step is under way.
  package var isBusy: Bool
  /// A lesson or a demo has begun and is not at its end: quitting asks.
  package var isUnderWay: Bool
  /// Nothing more to do.
  package var isDone: Bool
  /// Pages the step speaks of, opened with it: a deep link.
  package var opens: String?

  package init(
    kind: Kind, title: String, progress: String = "", lines: [Line] = [], playing: [Line] = [], notes: [Line] = [], isBusy: Bool = false,
    isUnderWay: Bool = false,
    isDone: Bool = false,
    opens: String? = nil
  ) {
    self.kind = kind
    self.title = title
    self.progress = progress
    self.lines = lines
    self.playing = playing
    self.notes = notes
    self.isBusy = isBusy
    self.isUnderWay = isUnderWay
    self.isDone = isDone
    self.opens = opens
  }
}
