import Checks
import MigrationPlan
import Screen
import StrictYAML
import TimeFormat
import Views

extension VoyagePage {
  package func selection(_ context: PageContext) -> Selection {
    var selection = Selection()
    guard let facility else { return selection }
    selection.link = place
    switch pane {
    case .facilities:
      selection.copyText =
        "\(facility.order) \(facility.name): \(facility.state.rawValue), \(VoyageView.evidence(of: facility).text). \(facility.next)"
      selection.explanation = Self.lines(facilityPairs(facility, context))
    case .checks:
      guard let cell else { return selection }
      selection.copyText = "\(cell.check) \(cell.subject): \(cell.outcome.rawValue)" + (cell.evidence.map { ", \($0.observed)" } ?? "")
      selection.moment = cell.evidence?.at
      selection.requestID = cell.evidence?.requestID
      selection.explanation = Self.lines(checkPairs(context))
    case .gates:
      guard let gate else { return selection }
      selection.copyText = ([view?.gateLine(gate).text ?? gate.name] + gate.reasons.map(\.sentence)).joined(separator: "\n")
      selection.explanation = Self.lines(gatePairs(gate))
    case .conditions:
      selection.copyText = condition?.sentence
      selection.explanation = Self.lines(conditionPairs)
    }
    return selection
  }

  typealias Pair = (key: String, text: String)

  private static func lines(_ pairs: [Pair]) -> [String] { pairs.map { $0.key.isEmpty ? $0.text : "\($0.key): \($0.text)" } }

  /// A result with the check's own words: what it asserts, what was seen, what a failure means and how to fix it.
  func checkPairs(_ context: PageContext) -> [Pair] {
    guard let cell else { return [] }
    let definition = CheckLibrary.definition(cell.check)
    let evidence = cell.evidence
    var pairs: [Pair] = [
      (
        "result",
        "\(cell.outcome.glyph) \(cell.outcome.rawValue) on \(cell.subject)\(cell.subject == cell.cluster ? "" : " in \(cell.cluster)")"
      )
    ]
    if let definition { pairs.append(("asserts", definition.assertion)) }
    if let evidence {
      pairs.append((cell.outcome == .unknown ? "check error" : "observed", evidence.observed))
    } else {
      pairs.append(("observed", "nothing yet: the check has not run; c runs it now"))
    }
    for detail in (context.checkRun?.details(of: cell.check) ?? []).prefix(20) { pairs.append(("", "  \(detail)")) }
    if cell.outcome == .fail || cell.outcome == .stale || cell.outcome == .unknown, let definition {
      if cell.outcome == .fail { pairs.append(("means", definition.onFailure)) }
      pairs.append(("how to fix", Self.fix(cell, definition)))
    }
    if let waiver = cell.waiver {
      pairs.append(("waived", "by \(waiver.approver) until \(waiver.expires.text), owner \(waiver.owner): \(waiver.reason)"))
    }
    guard let evidence else { return pairs }
    pairs.append(("grade", "\(evidence.grade.code) \(evidence.grade.word): \(evidence.grade.meaning)"))
    if let id = evidence.requestID { pairs.append(("request", "\(id); r opens it")) }
    if !evidence.query.isEmpty { pairs.append(("repeat with", evidence.query)) }
    pairs.append(("run at", "\(context.face.full(evidence.at)) by \(evidence.source)"))
    if let due = cell.due { pairs.append(("valid until", context.face.full(due))) }
    if !evidence.digest.isEmpty { pairs.append(("SHA-256", evidence.digest)) }
    return pairs
  }

  private static func fix(_ cell: CheckCell, _ definition: CheckDefinition) -> String {
    switch cell.outcome {
    case .stale: "Run the check again: c does it now. If results stay stale, periplus status shows whether the recorder runs."
    case .unknown where cell.evidence == nil: "Run the check: c does it now."
    case .unknown: "Remove what kept the check from running, then run it again: c does it now."
    default: definition.howToFix
    }
  }

  private func facilityPairs(_ facility: FacilityStatus, _ context: PageContext) -> [Pair] {
    // `soaking: 0 of 5 days done` says the state itself.
    let state = facility.state.rawValue
    let standing = facility.next.isEmpty ? state : facility.next.hasPrefix("\(state): ") ? facility.next : "\(state): \(facility.next)"
    var pairs: [Pair] = [
      ("", "\(facility.name) is \(standing)."),
      ("", "\(facility.counts.pass) of \(facility.counts.counted) results pass."),
    ]
    if let soak = facility.soak {
      pairs.append(("", "Everything has passed since \(context.face.full(soak.since)); \(soak.progress)."))
    }
    for check in facility.checks where check.outcome != .pass {
      pairs.append(("", "\(check.outcome.glyph) \(check.id): \(check.outcome.rawValue)"))
    }
    for entry in view?.voyage.registers.filter({ $0.affects.contains(facility.id) && $0.state != .open }) ?? [] {
      pairs.append(("", "\(entry.register.rawValue) \(entry.id): \(entry.text)\(entry.missing.isEmpty ? "" : " (\(entry.missing))")"))
    }
    pairs.append(("", "Grades of evidence:"))
    for grade in Evidence.Grade.allCases { pairs.append(("", "  \(grade.code) \(grade.word): \(grade.meaning)")) }
    return pairs
  }

  private func gatePairs(_ gate: GateVerdict) -> [Pair] {
    let met = gate.reasons.count(where: \.isMet)
    var pairs: [Pair] = [
      (
        "",
        "\(gate.isOpen ? "✔" : "✖") \(gate.name)\(gate.cluster.isEmpty ? "" : " in \(gate.cluster)"): \(gate.isOpen ? "open" : "closed")"
      ),
      ("", "\(met) of \(gate.reasons.count) conditions are met. Every facility needs \(VoyageView.needs(of: gate))."),
    ]
    for reason in gate.reasons { pairs.append(("", "\(reason.isMet ? "✔" : "✖") \(reason.sentence)")) }
    for wave in view?.voyage.waves.filter({ $0.entryGate == gate.name }) ?? [] {
      pairs.append(("", "It admits wave \(wave.id), \(counted(wave.services.count, "service")): \(wave.next)."))
    }
    return pairs
  }

  var conditionPairs: [Pair] {
    guard let condition, let gate else { return [] }
    var pairs: [Pair] = [("condition", "\(condition.isMet ? "✔" : "✖") \(condition.subject)")]
    if !condition.evidence.isEmpty { pairs.append(("evidence", condition.evidence)) }
    if condition.facility != nil { pairs.append(("required", "all checks pass at \(VoyageView.needs(of: gate))")) }
    pairs.append(("missing", condition.isMet ? "nothing" : condition.missing.isEmpty ? condition.subject : condition.missing))
    return pairs
  }
}
