package import StrictYAML

/// The plan's tables: every key that a plan may have.
package enum PlanSchema {
  static let grade = SchemaType.choice(["E0", "E1", "E2", "E3"])

  package static let plan = RecordSchema(
    "a plan",
    [
      SchemaField("version", .integer(1...1), required: true, "the version of this format: 1"),
      SchemaField("program", .record(program), required: true, "what is migrated, where and when"),
      SchemaField("teams", .list(.record(team)), "the migration group and the teams that own facilities and services"),
      SchemaField("facilities", .list(.record(facility)), required: true, "what is built, in order"),
      SchemaField("concepts", .list(.record(concept)), "what the staff has to learn, with its weight"),
      SchemaField("checks", .list(.record(check)), "which checks of the library run, and on what"),
      SchemaField("milestones", .list(.record(milestone)), "which facility is shown in which sprint"),
      SchemaField("gates", .list(.record(gate)), "what must hold before services come in"),
      SchemaField("services", .list(.record(service)), "what is migrated"),
      SchemaField("waves", .list(.record(wave)), "which services come together, and when"),
      SchemaField("waivers", .list(.record(waiver)), "which check need not pass, why, and until when"),
      SchemaField("constraints", .list(.record(register)), "what the organization requires"),
      SchemaField("desires", .list(.record(register)), "what the clients want"),
      SchemaField("ills", .list(.record(register)), "known problems that the migration is a chance to fix"),
      SchemaField("defects", .list(.record(defect)), "what is known to be wrong with a facility"),
      SchemaField("reviews", .list(.record(review)), "what is to be looked at again"),
    ])

  static let program = RecordSchema(
    "the program",
    [
      SchemaField("id", .identifier("program"), required: true, "its short name"),
      SchemaField("name", .text, required: true, "its name, as the console's header shows it"),
      SchemaField("start", .date, required: true, "the first day of sprint 0"),
      SchemaField("target", .date, "the day on which the program wants to be done"),
      SchemaField("sprintDays", .integer(1...60), "the length of a sprint in days; default 14"),
      SchemaField("lastSprint", .integer(0...200), "the number of the last sprint; the first is 0; default 11"),
      SchemaField("environments", .list(.text), "dev, pre-prod, prod or what you call them"),
      SchemaField("clusters", .list(.record(cluster)), required: true, "the clusters of the program"),
      SchemaField(
        "assumedBudget", .number(0...100), "concept weights that the staff can take in per sprint: an assumption until it is measured"),
      SchemaField("onCall", .text, "who is on call; the gate 'widespread' asks for it"),
    ])

  static let cluster = RecordSchema(
    "a cluster",
    [
      SchemaField("id", .identifier("cluster"), required: true, "the name under which it is shown"),
      SchemaField("context", .text, required: true, "its context in the kubeconfig"),
      SchemaField("location", .text, "the data center"),
      SchemaField("level", .text, "the production level"),
      SchemaField("provingGround", .flag, "true for the proving ground: gates need evidence from a real cluster"),
    ])

  static let team = RecordSchema(
    "a team",
    [
      SchemaField("id", .identifier("team"), required: true, "its short name"),
      SchemaField("name", .text, required: true, "its name"),
      SchemaField("migrationGroup", .flag, "true for the group that leads the migration"),
      SchemaField("members", .list(.record(member)), "its people"),
    ])

  static let member = RecordSchema(
    "a member",
    [
      SchemaField("name", .text, required: true, "the name"),
      SchemaField("skills", .list(.choice(Team.skills)), "what the member covers"),
      SchemaField("certifiedAdministrator", .flag, "Certified Kubernetes Administrator"),
    ])

  static let facility = RecordSchema(
    "a facility",
    [
      SchemaField("id", .identifier("facility"), required: true, "its short name"),
      SchemaField("order", .integer(1...99), required: true, "its place in the order of work"),
      SchemaField("name", .text, required: true, "its name"),
      SchemaField("dependsOn", .list(.reference("facility")), "facilities that must stand before it"),
      SchemaField("owner", .reference("team"), "the team that answers for it"),
      SchemaField("boundary", .text, "what it does and where it ends, so that it can be replaced by itself"),
      SchemaField("docs", .text, "where its documents are"),
      SchemaField("revisitEvery", .duration, "how often it is looked at again"),
    ])

  static let concept = RecordSchema(
    "a concept",
    [
      SchemaField("id", .identifier("concept"), required: true, "its short name"),
      SchemaField("facility", .reference("facility"), required: true, "the facility that brings it"),
      SchemaField("name", .text, required: true, "its name"),
      SchemaField("weight", .integer(1...3), required: true, "1 habit, 2 tool, 3 mental model"),
      SchemaField("prerequisites", .list(.reference("concept")), "concepts that come before it"),
      SchemaField("lessons", .list(.text), "the lessons that teach it"),
      SchemaField("demo", .integer(0...200), "the number of the demo that shows it first"),
    ])

  static let check = RecordSchema(
    "a check",
    [
      SchemaField("id", .identifier("check"), required: true, "its name in the check library"),
      SchemaField("facility", .reference("facility"), required: true, "the facility it speaks for"),
      SchemaField(
        "scope", .choice(PlannedCheck.Scope.allCases.map(\.rawValue)),
        "what one result is about: each workload, or the whole cluster and the worst of all; default cluster"),
      SchemaField("clusters", .list(.reference("cluster")), "where it runs; default every cluster"),
      SchemaField("timeToLive", .duration, "how long a result counts; default 15m"),
      SchemaField("timeout", .duration, "how long it may take; default 30s"),
      SchemaField("parameters", .parameters, "the check's own parameters"),
    ])

  static let milestone = RecordSchema(
    "a milestone",
    [
      SchemaField("id", .identifier("milestone"), required: true, "its short name"),
      SchemaField("sprint", .integer(0...200), required: true, "the sprint at whose end it is shown"),
      SchemaField("facility", .reference("facility"), required: true, "the facility that is shown"),
      SchemaField("exitChecks", .list(.reference("check")), "the checks that must pass; default all of the facility"),
      SchemaField("soakDays", .integer(0...365), "how long they must keep passing; default 0"),
      SchemaField("grade", grade, "the lowest grade of evidence that counts; default E2"),
    ])

  static let gate = RecordSchema(
    "a gate",
    [
      SchemaField("id", .identifier("gate"), required: true, "its short name"),
      SchemaField("name", .text, required: true, "its name"),
      SchemaField("requires", .list(.reference("facility")), required: true, "the facilities that must hold on the cluster"),
      SchemaField("grade", grade, "the lowest grade of evidence that counts; default E3"),
      SchemaField("soakDays", .integer(0...365), "how long it must have held; default one sprint"),
      SchemaField("conditions", .list(.choice(Gate.Condition.allCases.map(\.rawValue))), "what must hold besides"),
      SchemaField("cap", .integer(1...10_000), "how many services may come in before a signed decision allows more"),
    ])

  static let service = RecordSchema(
    "a service",
    [
      SchemaField("id", .identifier("service"), required: true, "its short name"),
      SchemaField("team", .reference("team"), "the team that owns it"),
      SchemaField("tier", .integer(0...9), "how much depends on it; 0 is the most"),
      SchemaField("wave", .reference("wave"), "the wave in which it moves"),
      SchemaField(
        "disposition", .choice(["rehost", "replatform", "refactor", "retire", "retain", "replace"]), "what happens to it"),
      SchemaField("effort", .number(0...10_000), "in days of work"),
      SchemaField("dependencies", .list(.reference("service")), "services that it calls"),
    ])

  static let wave = RecordSchema(
    "a wave",
    [
      SchemaField("id", .identifier("wave"), required: true, "its short name"),
      SchemaField("from", .date, "its first day"),
      SchemaField("to", .date, "its last day"),
      SchemaField("entryGate", .reference("gate"), "the gate that must be open"),
      SchemaField("cap", .integer(1...10_000), "how many services it takes"),
    ])

  static let waiver = RecordSchema(
    "a waiver",
    [
      SchemaField("check", .reference("check"), required: true, "the check"),
      SchemaField("subject", .text, "e.g. Deployment/invoices; default every subject"),
      SchemaField("reason", .text, required: true, "why it is waived"),
      SchemaField("owner", .text, required: true, "who fixes it"),
      SchemaField("approver", .text, required: true, "who allowed it"),
      SchemaField("expires", .date, required: true, "the last day on which it holds; a waiver without an end is a lowered standard"),
    ])

  static let register = RecordSchema(
    "an entry of a register",
    [
      SchemaField("id", .identifier("entry"), required: true, "its short name"),
      SchemaField("question", .text, required: true, "what to ask"),
      SchemaField("statement", .text, "the answer"),
      SchemaField("kind", .choice(["environments", "automation", "integrations", "compliance", "audit", "other"]), "what it is about"),
      SchemaField("source", .text, "who said so"),
      SchemaField("affects", .list(.reference("facility")), "the facilities that must respect it"),
      SchemaField("satisfiedBy", .list(.reference(["check", "facility"])), "what shows that it is respected"),
    ])

  static let defect = RecordSchema(
    "a defect",
    [
      SchemaField("id", .identifier("defect"), required: true, "its short name"),
      SchemaField("facility", .reference("facility"), required: true, "the facility that has it"),
      SchemaField("severity", .integer(1...4), required: true, "1 stops all new reveals"),
      SchemaField("statement", .text, required: true, "what is wrong"),
      SchemaField("foundBy", .text, "who found it"),
      SchemaField("opened", .date, required: true, "the day on which it was found"),
      SchemaField("fixed", .date, "the day on which it was fixed"),
    ])

  static let review = RecordSchema(
    "a review",
    [
      SchemaField("target", .text, required: true, "the dashboard, alert or runbook"),
      SchemaField("due", .date, "the day"),
      SchemaField("trigger", .choice(["calendar", "incident"]), "what calls for it; default calendar"),
    ])
}
