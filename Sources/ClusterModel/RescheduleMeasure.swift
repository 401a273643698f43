package import TimeFormat

/// Downtime and capacity gap that still grow.
extension Reschedule {
  /// Its workload has no ready pod.
  package var isDown: Bool { downtimeCountedTo != nil }

  /// Nothing is ready in its place, or nothing of its workload at all. One of which only the cause may still be explained otherwise is over.
  package var isOngoing: Bool { isDown || capacityGapCountedTo != nil || isPending && downtimeSeconds == nil }

  /// As of a moment: what still counts is counted until then.
  package func grown(to now: Timestamp) -> Reschedule {
    var entry = self
    if let from = downtimeCountedTo, now > from {
      entry.downtimeSeconds = (downtimeSeconds ?? 0) + (now - from).rounded
      entry.downtimeCountedTo = now
    }
    if let from = capacityGapCountedTo, now > from {
      entry.capacityGapSeconds = (capacityGapSeconds ?? 0) + (now - from).rounded
      entry.capacityGapCountedTo = now
    }
    return entry
  }

  /// Ends a downtime that was going on when the entry was told last and is over by now.
  ///
  /// - Parameter shortages: of its workload, oldest first.
  func closed(by shortages: [Shortage]) -> Reschedule {
    guard let counted = downtimeCountedTo else { return self }
    var entry = self
    let outage = shortages.outages.last { $0.from <= counted && ($0.to ?? counted) >= counted }
    let end = outage.map { $0.to ?? max($0.countedTo, counted) } ?? counted
    entry.downtimeSeconds = (downtimeSeconds ?? 0) + shortages.downtimeSeconds(from: counted, to: end)
    entry.downtimeCountedTo = outage?.isOngoing == true ? end : nil
    return entry
  }
}

extension [Reschedule] {
  /// The same with the downtime that the shortages say; an entry that is told no more may have been part of one that is over by now.
  package func closed(by shortages: [Shortage]) -> [Reschedule] {
    guard contains(where: \.isDown) else { return self }
    let known = shortages.byWorkload()
    return map { entry in entry.isDown ? entry.closed(by: known[entry.workloadKey] ?? []) : entry }
  }
}

extension Reschedule {
  /// Names the workload among all clusters as ``Shortage/workloadKey`` does.
  package var workloadKey: String { "\(cluster)/\(namespace)/\(workload)" }
}

extension Duration {
  /// In seconds, to the millisecond.
  var rounded: Double { Double(nanoseconds / 1_000_000) / 1000 }
}
