package import StrictYAML
import TimeFormat

/// The plan as code: what is meant to happen. What did happen (evidence, reveals, decisions) is recorded elsewhere.
package struct Plan: Sendable, Hashable {
  package var program: Program
  package var facilities: [Facility] = []
  package var concepts: [Concept] = []
  package var services: [PlannedService] = []
  package var waves: [Wave] = []
  package var milestones: [Milestone] = []
  package var gates: [Gate] = []
  package var checks: [PlannedCheck] = []
  package var waivers: [Waiver] = []
  package var constraints: [RegisterEntry] = []
  package var desires: [RegisterEntry] = []
  package var ills: [RegisterEntry] = []
  package var teams: [Team] = []
  package var defects: [Defect] = []
  package var reviews: [Review] = []

  package init(program: Program) { self.program = program }
}

package struct Program: Sendable, Hashable {
  package var id: String
  package var name: String
  package var start: CalendarDay?
  /// The day on which the program wants to be done.
  package var target: CalendarDay?
  package var sprintDays: Int = 14
  /// The number of the last sprint; the first is 0.
  package var lastSprint: Int = 11
  package var environments: [String] = []
  package var clusters: [PlannedCluster] = []
  /// The assumed change budget in concept weights per sprint, until it is measured.
  package var assumedBudget: Double?
  package var onCall: String?

  package init(id: String, name: String) {
    self.id = id
    self.name = name
  }
}

package struct PlannedCluster: Sendable, Hashable {
  package var id: String
  /// The context of the kubeconfig.
  package var context: String
  package var location: String
  /// dev, test, pre-prod, prod or what the program calls it.
  package var level: String
  /// Gates need evidence from a real cluster: that of the proving ground does not count.
  package var isProvingGround: Bool
}

package struct Facility: Sendable, Hashable {
  package var id: String
  package var order: Int
  package var name: String
  package var dependsOn: [String]
  package var owner: String?
  package var boundary: String
  package var docs: String?
  package var revisitEvery: Duration?
}

package struct Concept: Sendable, Hashable {
  package var id: String
  package var facility: String
  package var name: String
  /// 1 habit, 2 tool, 3 mental model.
  package var weight: Int
  package var prerequisites: [String]
  package var lessons: [String]
  /// The number of the demo that reveals it.
  package var demo: Int?
}

package struct PlannedService: Sendable, Hashable {
  package var id: String
  package var team: String?
  package var tier: Int?
  package var wave: String?
  package var disposition: String?
  package var effort: Double?
  package var dependencies: [String]
}

package struct Wave: Sendable, Hashable {
  package var id: String
  package var from: CalendarDay?
  package var to: CalendarDay?
  package var entryGate: String?
  package var cap: Int?
}

package struct Milestone: Sendable, Hashable {
  package var id: String
  package var sprint: Int
  package var facility: String
  /// Empty: every check of the facility.
  package var exitChecks: [String]
  package var soakDays: Int
  /// The lowest grade of evidence that counts.
  package var grade: Evidence.Grade
}

package struct Gate: Sendable, Hashable {
  package enum Condition: String, Sendable, Hashable, CaseIterable {
    case noSeverityOneDefect = "no-severity-1-defect"
    case onCallNamed = "on-call-named"
    case changeBudgetPositive = "change-budget-positive"
  }

  package var id: String
  package var name: String
  package var requires: [String]
  package var grade: Evidence.Grade
  package var soakDays: Int
  package var conditions: [Condition]
  /// How many services may come in before a signed decision allows more.
  package var cap: Int?
}

package struct PlannedCheck: Sendable, Hashable {
  /// What one result is about.
  package enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Each workload that the check looks at.
    case service
    /// The whole cluster: its result is the worst of all.
    case cluster
  }

  package var id: String
  package var facility: String
  package var scope: Scope
  /// Empty: every cluster.
  package var clusters: [String]
  package var timeToLive: Duration
  package var timeout: Duration
  package var parameters: YAMLNode?
}

package struct Waiver: Sendable, Hashable {
  package var check: String
  /// `nil`: every subject.
  package var subject: String?
  package var reason: String
  package var owner: String
  package var approver: String
  /// The last day on which it holds.
  package var expires: CalendarDay
}

/// A constraint, a desire or an ill.
package struct RegisterEntry: Sendable, Hashable {
  package var id: String
  package var question: String
  package var statement: String?
  package var kind: String
  package var source: String?
  package var affects: [String]
  package var satisfiedBy: [String]
}

package struct Team: Sendable, Hashable {
  package struct Member: Sendable, Hashable {
    package var name: String
    package var skills: [String]
    package var isCertifiedAdministrator: Bool
  }

  package static let skills = ["operations", "development", "design", "teaching"]

  package var id: String
  package var name: String
  package var members: [Member]
  /// Whether this is the migration group, whose skills must be covered.
  package var isMigrationGroup: Bool
}

package struct Defect: Sendable, Hashable {
  package var id: String
  package var facility: String
  package var severity: Int
  package var statement: String
  package var foundBy: String?
  package var opened: CalendarDay
  package var fixed: CalendarDay?
}

package struct Review: Sendable, Hashable {
  package var target: String
  package var due: CalendarDay?
  package var trigger: String
}
