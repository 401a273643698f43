import MigrationPlan
import Screen
import TimeFormat
import Views

extension VoyagePage {
  package func selection(_ context: PageContext) -> Selection {
    var selection = Selection()
    guard let facility else { return selection }
    selection.link = place
    let cells = checkCells
    if pane == 1, cells.indices.contains(self.cells.selected) {
      let cell = cells[self.cells.selected]
      selection.copyText = "\(cell.check) \(cell.subject): \(cell.outcome.rawValue)" + (cell.evidence.map { ", \($0.observed)" } ?? "")
      selection.moment = cell.evidence?.at
      selection.explanation = [
        "\(cell.outcome.glyph) \(cell.check) on \(cell.subject) of \(cell.cluster): \(cell.outcome.rawValue)"
      ]
      if let evidence = cell.evidence {
        selection.explanation += [
          "observed: \(evidence.observed)", "grade: \(evidence.grade.code)", "how: \(evidence.query)", "source: \(evidence.source)",
          "at: \(context.face.full(evidence.at))",
        ]
        if !evidence.digest.isEmpty { selection.explanation.append("digest: \(evidence.digest)") }
      } else {
        selection.explanation.append("There is no evidence yet; `periplus check` runs the checks now.")
      }
      if let due = cell.due { selection.explanation.append("counts until: \(context.face.full(due))") }
      if let waiver = cell.waiver {
        selection.explanation.append("waived by \(waiver.approver) for \(waiver.owner): \(waiver.reason)")
      }
      return selection
    }
    selection.copyText =
      "\(facility.order) \(facility.name): \(facility.state.rawValue), \(VoyageView.evidence(of: facility).text). \(facility.next)"
    selection.explanation = [
      "\(facility.name) is \(facility.state.rawValue): \(facility.counts.pass) of \(facility.counts.counted) results pass.", facility.next,
    ]
    if let soak = facility.soak {
      selection.explanation.append(
        "Everything has passed since \(context.face.full(soak.since)); \(soak.isDone ? "the soak is done" : "\(soak.left.brief) of \(soak.days) d left")."
      )
    }
    for check in facility.checks where check.outcome != .pass {
      selection.explanation.append("\(check.outcome.glyph) \(check.id): \(check.outcome.rawValue)")
    }
    return selection
  }
}
