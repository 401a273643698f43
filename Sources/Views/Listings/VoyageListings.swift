package import JSONBytes
package import MigrationPlan
import Screen
import TimeFormat

/// The lists of the Voyage page.
package enum VoyageListings {
  package static let facilities = Listing<FacilityStatus>(
    "facilities", type: "facility",
    [
      Column(
        TableColumn("#", ideal: 2, align: .right), isNumber: true, json: [JSONField("order", .number) { $0.order }],
        cell: { facility, _ in StyledLine("\(facility.order)", .dim) }),
      Column(
        TableColumn("facility", min: 23, ideal: 24), json: [JSONField("id", .string) { $0.id }, JSONField("name", .string) { $0.name }],
        cell: { facility, _ in StyledLine(facility.name, facility.state == .planned ? .text : .strong) }),
      Column(
        TableColumn("state", ideal: 9), json: [JSONField("state", .string, quoted(FacilityState.self)) { $0.state.rawValue }],
        cell: { facility, _ in StyledLine(facility.state.rawValue, facility.state.role) }),
      Column(
        TableColumn("evidence", ideal: 10),
        json: [
          JSONField("pass", .number, results) { $0.counts.pass }, JSONField("counted", .number, results) { $0.counts.counted },
          JSONField("waived", .number, results) { $0.counts.waived },
          JSONField("lowestGrade", .string, "`E0` to `E3`") { $0.lowestGrade?.code },
        ],
        cell: { facility, _ in VoyageView.evidence(of: facility) }),
      Column(
        TableColumn("seen", min: 6, ideal: 7, align: .right, priority: 2),
        json: [
          JSONField("newest", .time, "of the newest evidence") { $0.newest?.rfc3339() },
          JSONField("revealedAt", .time) { $0.revealedAt?.rfc3339() },
        ],
        cell: { facility, context in StyledLine(facility.newest.map { (context.now - $0).brief } ?? "–", .dim) }),
      Column(
        TableColumn("next", min: 25, flex: 1, priority: 1),
        json: [JSONField("next", .string, "what stands in the way, in words") { $0.next }],
        cell: { facility, _ in StyledLine(facility.next, facility.counts.fail > 0 ? .red : .text) }),
      Column(json: JSONField("checks", each: check) { $0.checks }),
    ])

  private static let results = "results"
  private static let check = JSONShape<CheckStatus>([
    JSONField("check", .string) { $0.id },
    JSONField("outcome", .string, quoted(Evidence.Outcome.self)) { $0.outcome.rawValue },
  ])

  /// A gate has a line of words on the screen and in reports, see ``VoyageView/gateLine(_:)``.
  package static let gates = JSONShape<GateVerdict>(
    type: "gate",
    [
      JSONField("id", .string) { $0.id }, JSONField("name", .string) { $0.name }, JSONField("cluster", .string) { $0.cluster.nonEmpty },
      JSONField("open", .boolean) { $0.isOpen },
      JSONField(
        "reasons",
        each: JSONShape<GateVerdict.Reason>([JSONField("met", .boolean) { $0.isMet }, JSONField("sentence", .string) { $0.sentence }])
      ) { $0.reasons },
    ])

  package static let waves = JSONShape<WaveStatus>(
    type: "wave",
    [
      JSONField("id", .string) { $0.id }, JSONField("services", .strings) { $0.services },
      JSONField("from", .time) { $0.from?.rfc3339() }, JSONField("to", .time, "the end of its last day") { $0.to?.rfc3339() },
      JSONField("cap", .number, "the lower of its own and its gate's") { $0.cap },
      JSONField("entryGate", .string, "the gate's name") { $0.entryGate },
      JSONField("openIn", .strings, "clusters on which the gate is open") { $0.openIn }, JSONField("open", .boolean) { $0.isOpen },
      JSONField("next", .string, "in words") { $0.next },
    ])

  package static let registers = JSONShape<RegisterStatus>(
    type: "register",
    [
      JSONField("register", .string, quoted(RegisterStatus.Register.self)) { $0.register.rawValue }, JSONField("id", .string) { $0.id },
      JSONField("state", .string, quoted(RegisterStatus.State.self)) { $0.state.rawValue },
      JSONField("text", .string, "the statement, else the question") { $0.text },
      JSONField("affects", .strings, "facilities") { $0.affects },
      JSONField("missing", .string, "in words") { $0.missing.nonEmpty },
    ])

  package static let environments = JSONShape<EnvironmentStatus>(
    type: "environment", [JSONField("name", .string) { $0.name }, JSONField("clusters", .strings) { $0.clusters }])

  /// What a gate asks, and what of it is missing.
  package static let conditions = Listing<GateVerdict.Reason>(
    "conditions",
    [
      Column(TableColumn("condition", min: 20, ideal: 26)) { reason, _ in
        [StyledRun(reason.isMet ? "✔ " : "✖ ", reason.isMet ? .green : .amber), StyledRun(reason.subject)]
      },
      Column(TableColumn("evidence", ideal: 8)) { reason, _ in StyledLine(reason.evidence.nonEmpty ?? "–", .dim) },
      Column(TableColumn("missing", min: 24, flex: 1)) { reason, _ in
        StyledLine(reason.isMet ? "nothing" : reason.missing, reason.isMet ? .dim : .text)
      },
    ])

  /// The results of a facility's checks.
  package static let cells = Listing<CheckCell>(
    "results",
    [
      Column(TableColumn("result", ideal: 9)) { cell, _ in StyledLine("\(cell.outcome.glyph) \(cell.outcome.rawValue)", cell.outcome.role)
      },
      Column(TableColumn("check", min: 26, max: 44)) { cell, _ in StyledLine(cell.check) },
      Column(TableColumn("subject", min: 18, ideal: 20, priority: 1)) { cell, _ in StyledLine(cell.subject, .dim) },
      Column(TableColumn("grade", ideal: 5, priority: 3)) { cell, _ in StyledLine(cell.evidence?.grade.code ?? "–", .dim) },
      Column(TableColumn("seen", min: 6, ideal: 7, align: .right, priority: 2)) { cell, context in
        StyledLine(cell.evidence.map { (context.now - $0.at).brief } ?? "–", .dim)
      },
      Column(TableColumn("observed", min: 19, flex: 1)) { cell, _ in
        StyledLine(cell.waiver.map { "waived: \($0.reason)" } ?? cell.evidence?.observed ?? "not run yet: c runs it")
      },
    ])
}
