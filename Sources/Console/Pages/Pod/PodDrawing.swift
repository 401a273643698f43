import ClusterModel
package import Screen
import TimeFormat
import Views

extension PodPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    let shared = canvas.shared
    let now = canvas.now
    let path = StyledLine(" \(cluster) › \(namespace) › " + (owner.map { "\($0.display) › " } ?? "") + name, .strong)
    var row = 0
    for line in Paragraph.wrap(path, columns: area.width, hanging: 3) {
      canvas.line(line, area, row)
      row += 1
    }
    guard let pod else {
      let gone: [StyledLine] = [
        StyledLine("The pod no longer exists.", .grey), "Its logs are kept: l shows them, 3 what replaced it, o its workload.",
      ]
      let rest = Rect(x: area.x, y: area.y + row + 1, width: area.width, height: max(0, area.height - row - 1))
      return canvas.empty(shared.reasonForNothing(of: cluster) ?? gone, in: rest)
    }
    var facts = StyledLine(" ") + pod.readyMark
    facts.append("  \(pod.phase)", .text)
    if !pod.node.isEmpty { facts.append("  node \(pod.node)", .dim) }
    if !pod.ip.isEmpty, area.width >= 100 { facts.append("  \(pod.ip)", .dim) }
    if let created = pod.created { facts.append("  age \((now - created).brief)", .dim) }
    if area.width < 100, let image = pod.containers.first?.image {
      // Its column has left the table.
      facts.append("  image \(WorkloadView.shortImage(image))" + (pod.containers.count > 1 ? " and more" : ""), .dim)
    }
    if !pod.message.isEmpty { facts.append("  \(pod.message)", .amber) }
    for line in Paragraph.wrap(facts, columns: area.width, hanging: 3) {
      canvas.line(line, area, row)
      row += 1
    }
    let listing = PodListings.containers
    canvas.rule(StyledLine(listing.title, .title), area, row)
    let containers = containers
    let tableRows = max(2, min(containers.count + 1, area.height / 3))
    let table = listing.table(
      rowCount: containers.count, selected: list.selected, scroll: list.top, context: ListingContext(face: shared.face, now: now)
    ) { containers[$0] }
    canvas.draw(table, in: Rect(x: area.x, y: area.y + row + 1, width: area.width, height: tableRows), pane: 0)
    row += 1 + tableRows
    drawStory(pod, Rect(x: area.x, y: area.y + row, width: area.width, height: max(0, area.height - row)), canvas)
  }

  /// Why it is not well, its events, its last lines: each keeps a few rows, and takes what the others leave.
  private func drawStory(_ pod: Pod, _ area: Rect, _ canvas: Canvas) {
    let now = canvas.now
    let why = faults(of: pod, now: now).map { StyledLine("  " + $0, .amber) }
    let told = events.map { event in
      var line = StyledLine("  " + (event.last.map { canvas.shared.face.short($0, now: now) } ?? "–").padding(to: 10), .dim)
      line.append(event.reason, event.type == "Warning" ? .amber : .text)
      line.append((event.count > 1 ? " ×\(event.count)" : "") + "  \(event.message)", .dim)
      return line
    }
    // Three titles, an event and the last three lines keep their rows.
    let least = 2 + max(1, min(told.count, 2)) + max(1, min(lastLines.count, 3))
    var row = 0
    let whyRows = Canvas.fitted(why, columns: area.width, rows: area.height - least - 1, hanging: 4)
    if !whyRows.isEmpty {
      canvas.rule(StyledLine("why", .title), area, row, note: StyledLine("x explain", .dim))
      for (index, line) in whyRows.enumerated() { canvas.line(line, area, row + 1 + index) }
      row += 1 + whyRows.count
    }
    canvas.rule(StyledLine("events", .title), area, row)
    row += 1
    if told.isEmpty {
      canvas.line(StyledLine("  none; Kubernetes deletes events after an hour", .grey), area, row)
      row += 1
    }
    let eventRows = Canvas.fitted(told, columns: area.width, rows: area.height - row - 1 - max(1, min(lastLines.count, 3)), hanging: 12)
    for (index, line) in eventRows.enumerated() { canvas.line(line, area, row + index) }
    LastLines.draw(lastLines, area, row + eventRows.count, canvas)
  }
}
