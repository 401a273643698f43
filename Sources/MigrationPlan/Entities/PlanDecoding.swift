import StrictYAML
import TimeFormat

/// From nodes that were held to their schema to entities. What is absent takes the default that the schema states.
enum PlanDecoding {
  static func plan(_ root: YAMLNode) -> Plan {
    let fields = Fields(root)
    let program = program(fields.record("program") ?? Fields(root))
    var plan = Plan(program: program)
    plan.facilities = fields.records("facilities").map(facility).sorted { ($0.order, $0.id) < ($1.order, $1.id) }
    plan.concepts = fields.records("concepts").map(concept)
    plan.services = fields.records("services").map(service)
    plan.waves = fields.records("waves").map(wave)
    plan.milestones = fields.records("milestones").map(milestone).sorted { ($0.sprint, $0.id) < ($1.sprint, $1.id) }
    plan.gates = fields.records("gates").map { gate($0, sprintDays: program.sprintDays) }
    plan.checks = fields.records("checks").map(check)
    plan.waivers = fields.records("waivers").compactMap(waiver)
    plan.constraints = fields.records("constraints").map(register)
    plan.desires = fields.records("desires").map(register)
    plan.ills = fields.records("ills").map(register)
    plan.teams = fields.records("teams").map(team)
    plan.defects = fields.records("defects").compactMap(defect)
    plan.reviews = fields.records("reviews").map {
      Review(target: $0.text("target", or: ""), due: $0.date("due"), trigger: $0.text("trigger", or: "calendar"))
    }
    return plan
  }

  private static func program(_ fields: Fields) -> Program {
    var program = Program(id: fields.text("id", or: ""), name: fields.text("name", or: ""))
    program.start = fields.date("start")
    program.target = fields.date("target")
    program.sprintDays = fields.integer("sprintDays") ?? 14
    program.lastSprint = fields.integer("lastSprint") ?? 11
    program.environments = fields.texts("environments")
    program.assumedBudget = fields.number("assumedBudget")
    program.onCall = fields.text("onCall")
    program.clusters = fields.records("clusters").map {
      PlannedCluster(
        id: $0.text("id", or: ""), context: $0.text("context", or: ""), location: $0.text("location", or: ""),
        level: $0.text("level", or: ""), isProvingGround: $0.flag("provingGround") ?? false)
    }
    return program
  }

  private static func facility(_ fields: Fields) -> Facility {
    Facility(
      id: fields.text("id", or: ""), order: fields.integer("order") ?? 0, name: fields.text("name", or: ""),
      dependsOn: fields.texts("dependsOn"), owner: fields.text("owner"), boundary: fields.text("boundary", or: ""),
      docs: fields.text("docs"), revisitEvery: fields.duration("revisitEvery"))
  }

  private static func concept(_ fields: Fields) -> Concept {
    Concept(
      id: fields.text("id", or: ""), facility: fields.text("facility", or: ""), name: fields.text("name", or: ""),
      weight: fields.integer("weight") ?? 1, prerequisites: fields.texts("prerequisites"), lessons: fields.texts("lessons"),
      demo: fields.integer("demo"))
  }

  private static func service(_ fields: Fields) -> PlannedService {
    PlannedService(
      id: fields.text("id", or: ""), team: fields.text("team"), tier: fields.integer("tier"), wave: fields.text("wave"),
      disposition: fields.text("disposition"), effort: fields.number("effort"), dependencies: fields.texts("dependencies"))
  }

  private static func wave(_ fields: Fields) -> Wave {
    Wave(
      id: fields.text("id", or: ""), from: fields.date("from"), to: fields.date("to"), entryGate: fields.text("entryGate"),
      cap: fields.integer("cap"))
  }

  private static func milestone(_ fields: Fields) -> Milestone {
    Milestone(
      id: fields.text("id", or: ""), sprint: fields.integer("sprint") ?? 0, facility: fields.text("facility", or: ""),
      exitChecks: fields.texts("exitChecks"), soakDays: fields.integer("soakDays") ?? 0,
      grade: grade(fields.text("grade")) ?? .observed)
  }

  private static func gate(_ fields: Fields, sprintDays: Int) -> Gate {
    Gate(
      id: fields.text("id", or: ""), name: fields.text("name", or: ""), requires: fields.texts("requires"),
      grade: grade(fields.text("grade")) ?? .exercised, soakDays: fields.integer("soakDays") ?? sprintDays,
      conditions: fields.texts("conditions").compactMap(Gate.Condition.init(rawValue:)), cap: fields.integer("cap"))
  }

  private static func check(_ fields: Fields) -> PlannedCheck {
    PlannedCheck(
      id: fields.text("id", or: ""), facility: fields.text("facility", or: ""),
      scope: fields.text("scope").flatMap(PlannedCheck.Scope.init(rawValue:)) ?? .cluster, clusters: fields.texts("clusters"),
      timeToLive: fields.duration("timeToLive") ?? .seconds(900),
      timeout: fields.duration("timeout") ?? .seconds(30), parameters: fields.node("parameters"))
  }

  private static func waiver(_ fields: Fields) -> Waiver? {
    guard let expires = fields.date("expires") else { return nil }
    return Waiver(
      check: fields.text("check", or: ""), subject: fields.text("subject"), reason: fields.text("reason", or: ""),
      owner: fields.text("owner", or: ""), approver: fields.text("approver", or: ""), expires: expires)
  }

  private static func register(_ fields: Fields) -> RegisterEntry {
    RegisterEntry(
      id: fields.text("id", or: ""), question: fields.text("question", or: ""), statement: fields.text("statement"),
      kind: fields.text("kind", or: "other"), source: fields.text("source"), affects: fields.texts("affects"),
      satisfiedBy: fields.texts("satisfiedBy"))
  }

  private static func team(_ fields: Fields) -> Team {
    let members = fields.records("members").map {
      Team.Member(
        name: $0.text("name", or: ""), skills: $0.texts("skills"),
        isCertifiedAdministrator: $0.flag("certifiedAdministrator") ?? false)
    }
    return Team(
      id: fields.text("id", or: ""), name: fields.text("name", or: ""), members: members,
      isMigrationGroup: fields.flag("migrationGroup") ?? false)
  }

  private static func defect(_ fields: Fields) -> Defect? {
    guard let opened = fields.date("opened") else { return nil }
    return Defect(
      id: fields.text("id", or: ""), facility: fields.text("facility", or: ""), severity: fields.integer("severity") ?? 4,
      statement: fields.text("statement", or: ""), foundBy: fields.text("foundBy"), opened: opened, fixed: fields.date("fixed"))
  }

  private static func grade(_ code: String?) -> Evidence.Grade? {
    Evidence.Grade.allCases.first { $0.code == code }
  }
}
