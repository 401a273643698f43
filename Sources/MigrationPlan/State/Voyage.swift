package import TimeFormat

/// Where the program stands at one moment: what the Voyage page and `periplus plan status` show. Computed, never typed.
package struct Voyage: Sendable, Hashable {
  package var program: String
  package var at: Timestamp
  package var sprint: SprintPosition?
  /// In the plan's order.
  package var facilities: [FacilityStatus]
  package var gates: [GateVerdict]
  package var milestones: [MilestoneStatus]
  package var budget: BudgetStatus
  package var waves: [WaveStatus] = []
  /// Constraints, desires and ills, in the plan's order.
  package var registers: [RegisterStatus] = []
  package var environments: [EnvironmentStatus] = []
  /// Sentences about the whole, e.g. why nothing new may be revealed.
  package var notes: [String]

  package init(
    program: String, at: Timestamp, sprint: SprintPosition?, facilities: [FacilityStatus], gates: [GateVerdict],
    milestones: [MilestoneStatus], budget: BudgetStatus, notes: [String]
  ) {
    self.program = program
    self.at = at
    self.sprint = sprint
    self.facilities = facilities
    self.gates = gates
    self.milestones = milestones
    self.budget = budget
    self.notes = notes
  }
}

package struct SprintPosition: Sendable, Hashable {
  package enum Phase: String, Sendable, Hashable { case before, during, after }

  package var phase: Phase
  package var number: Int
  package var last: Int
  package var starts: Timestamp
  /// The end of its last day, when its demo is due.
  package var ends: Timestamp
  /// From now to ``ends``; negative after the program.
  package var demoIn: Duration
}

/// planned → building → soaking → revealed; regressed when a revealed facility's evidence goes.
package enum FacilityState: String, Sendable, Hashable, CaseIterable {
  case planned, building, soaking, revealed, regressed
}

/// How many results there are of each kind. Waived and not applicable count in neither side.
package struct CellCounts: Sendable, Hashable {
  package var pass = 0
  package var fail = 0
  package var unknown = 0
  package var stale = 0
  package var waived = 0
  package var notApplicable = 0

  package init() {}

  /// What must pass: everything but the waived and the not applicable.
  package var counted: Int { pass + fail + unknown + stale }
  package var allPass: Bool { counted > 0 && pass == counted }

  package mutating func add(_ outcome: Evidence.Outcome) {
    switch outcome {
    case .pass: pass += 1
    case .fail: fail += 1
    case .unknown: unknown += 1
    case .stale: stale += 1
    case .waived: waived += 1
    case .notApplicable: notApplicable += 1
    }
  }
}

/// One result: a check on a subject of a cluster, as it counts now.
package struct CheckCell: Sendable, Hashable {
  package var check: String
  /// `Deployment/invoices` or the cluster's name.
  package var subject: String
  package var cluster: String
  /// After staleness and waivers.
  package var outcome: Evidence.Outcome
  /// The newest evidence; `nil` when there never was any.
  package var evidence: Evidence?
  /// When the evidence stops to count.
  package var due: Timestamp?
  /// Why it is waived, by whom, until when; `nil` when it is not.
  package var waiver: Waiver?
  /// Since when the check has passed without a break at a grade or a better one; empty when this result does not pass now.
  package var passingSince: [Evidence.Grade: Timestamp] = [:]
  /// The plan limits the check to other clusters, and a gate of this one asks for it.
  package var isLeftOut = false
}

package struct CheckStatus: Sendable, Hashable {
  package var id: String
  /// The worst of its cells.
  package var outcome: Evidence.Outcome
  package var cells: [CheckCell]
}

package struct FacilityStatus: Sendable, Hashable {
  package var id: String
  package var order: Int
  package var name: String
  package var owner: String?
  package var state: FacilityState
  package var counts: CellCounts
  /// The lowest grade of the results that pass; `nil` when none does.
  package var lowestGrade: Evidence.Grade?
  /// The times of the newest and oldest evidence that counts.
  package var newest: Timestamp?
  package var oldest: Timestamp?
  /// When the first of its results goes stale.
  package var nextDue: Timestamp?
  package var soak: Soak?
  /// When it was shown in a demo; `nil` when it was not.
  package var revealedAt: Timestamp?
  /// What stands in the way or comes next, in words: `soaking: 3 of 10 days done`, `logging.id-echoed fails`.
  package var next: String
  package var checks: [CheckStatus]
  /// Why a demo may not reveal it now, in words; `nil` when it may.
  package var revealObstacle: String?
}

package struct Soak: Sendable, Hashable {
  /// Since when everything has passed without a break.
  package var since: Timestamp
  package var days: Int
  package var isDone: Bool
  /// How much is missing; zero when done.
  package var left: Duration

  /// `0 of 5 days done`: only whole days count.
  package var progress: String {
    let day: Int64 = 86_400_000_000_000
    let missing = Int((left.nanoseconds + day - 1) / day)
    return "\(max(0, days - missing)) of \(days) day\(days == 1 ? "" : "s") done"
  }
}

package struct MilestoneStatus: Sendable, Hashable {
  package var id: String
  package var sprint: Int
  package var facility: String
  package var state: FacilityState
  /// Its sprint is over and it is not revealed.
  package var isLate: Bool
}

package struct GateVerdict: Sendable, Hashable {
  /// One condition of the gate.
  package struct Reason: Sendable, Hashable {
    package var isMet: Bool
    /// What it is about: a facility's name, `on-call named`.
    package var subject: String
    /// The facility's id; `nil` for a condition that is not about one.
    package var facility: String?
    /// What there is: `3/4 E3`; empty for a condition without results.
    package var evidence = ""
    /// In words; empty when it is met.
    package var missing = ""
    /// Whether what is missing says it all.
    var isPlain = false

    /// `Logging 4/4 E3`, `Ingress 6/7: ingress.paths-closed fails`.
    package var sentence: String {
      isPlain && !isMet ? missing : subject + (evidence.isEmpty ? "" : " \(evidence)") + (missing.isEmpty ? "" : ": \(missing)")
    }
  }

  package var id: String
  package var name: String
  /// Empty when the plan has no cluster whose evidence counts.
  package var cluster: String
  package var isOpen: Bool
  package var reasons: [Reason]
  package var cap: Int?
  /// The lowest grade of evidence that counts.
  package var grade: Evidence.Grade
  /// How many days everything must keep passing.
  package var soakDays: Int
}

/// What is known of the change budget from the plan alone.
package struct BudgetStatus: Sendable, Hashable {
  /// Stated in the plan; `nil` when it is not.
  package var assumed: Double?
  /// The weight of the concepts that this sprint's demo reveals.
  package var costOfNextDemo: Int
  package var nextDemo: Int?
  /// The weight of what was revealed and is not taken in yet, see ``ChangeBudget``.
  package var undigested: Double = 0
}

/// Whether the services of a wave may come in.
package struct WaveStatus: Sendable, Hashable {
  package var id: String
  package var services: [String]
  package var from: Timestamp?
  /// The end of its last day.
  package var to: Timestamp?
  /// How many services may come in: the lower of its own cap and its gate's.
  package var cap: Int?
  /// The gate's name; `nil` when it has none.
  package var entryGate: String?
  /// The clusters on which its gate is open.
  package var openIn: [String]
  package var isOpen: Bool
  /// What stands in the way or may begin, in words.
  package var next: String
}

/// How far an entry of a register has come.
package struct RegisterStatus: Sendable, Hashable {
  package enum Register: String, Sendable, Hashable, CaseIterable { case constraint, desire, ill }
  package enum State: String, Sendable, Hashable, CaseIterable {
    /// The question has no answer yet.
    case open
    /// It is answered; nothing is named that shows whether it is respected.
    case stated
    /// All that is named under `satisfiedBy` passes.
    case satisfied
    case unsatisfied
  }

  package var register: Register
  package var id: String
  package var state: State
  /// The answer, else the question.
  package var text: String
  package var affects: [String]
  /// What stands in the way, in words; empty when it is satisfied.
  package var missing: String
}

package struct EnvironmentStatus: Sendable, Hashable {
  package var name: String
  /// The ids of its clusters: those whose level it is.
  package var clusters: [String]
}
