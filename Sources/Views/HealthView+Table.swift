extension HealthView {
  /// The same for a command: one table, a row a workload, and what it does not say below it. The clusters' names are a column where there
  /// are several.
  package func table(face: TimeDisplay) -> Report {
    let listing = sections.count > 1 ? HealthListing.tiles : HealthListing.tiles.without("cluster")
    var report = Report("Health at \(face.full(now))", [.table(listing.reportTable(tiles, ListingContext(face: face, now: now)))])
    if tiles.isEmpty { report.add(.text("No workload is known.")) }
    for section in sections {
      if !section.isLive { report.add(.text(section.cluster + section.connection.note(face: face, now: now))) }
      let notes = section.nodeNotes.isEmpty ? "" : ": " + section.nodeNotes.joined(separator: ", ")
      let name = sections.count > 1 ? " of \(section.cluster)" : ""
      report.add(.text("Nodes\(name): \(section.nodesReady) of \(section.nodes) ready\(notes)"))
    }
    if hasLedger { report.add(.text("Reschedules in 24 h: \(reschedules)")) }
    if let ledgerNote { report.add(.text(ledgerNote)) }
    return report
  }
}
