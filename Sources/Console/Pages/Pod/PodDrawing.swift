import ClusterModel
package import Screen
import TimeFormat
import Views

extension PodPage {
  package func draw(_ area: Rect, on canvas: inout Canvas) {
    let shared = canvas.shared
    let now = canvas.now
    canvas.line(StyledLine(" \(cluster) › \(namespace) › " + (owner.map { "\($0.display) › " } ?? "") + name, .strong), area, 0)
    guard let pod else {
      canvas.empty(
        [
          StyledLine("The pod is gone.", .grey),
          "Its records are kept: l shows them. What replaced it stands on page 3, its workload behind o.",
        ], in: Rect(x: area.x, y: area.y + 2, width: area.width, height: max(0, area.height - 2)))
      return
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
    canvas.line(facts, area, 1)
    var row = 2
    let listing = PodListings.containers
    canvas.rule(StyledLine(listing.title, .title), area, row)
    let containers = containers
    let tableRows = max(2, min(containers.count + 1, area.height / 3))
    let table = listing.table(
      rowCount: containers.count, selected: list.selected, scroll: list.top, context: ListingContext(face: shared.face, now: now)
    ) { containers[$0] }
    canvas.draw(table, in: Rect(x: area.x, y: area.y + row + 1, width: area.width, height: tableRows), pane: 0)
    row += 1 + tableRows
    canvas.rule(StyledLine("events", .title), area, row)
    row += 1
    let eventRows = max(1, min(events.count, area.height - row - 5))
    if events.isEmpty { canvas.line(StyledLine("  none kept; Kubernetes forgets events after an hour", .grey), area, row) }
    for (index, event) in events.prefix(eventRows).enumerated() {
      var line = StyledLine("  " + (event.last.map { shared.face.short($0, now: now) } ?? "–").padding(to: 10), .dim)
      line.append(event.reason, event.type == "Warning" ? .amber : .text)
      line.append((event.count > 1 ? " ×\(event.count)" : "") + "  \(event.message)", .dim)
      canvas.line(line, area, row + index)
    }
    row += eventRows
    LastLines.draw(lastLines, area, row, canvas)
  }
}
