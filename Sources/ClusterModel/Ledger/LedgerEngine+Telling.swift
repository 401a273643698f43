package import TimeFormat

/// What was told stays: what became better known supersedes it openly, what turned out not to have happened is retracted.
extension LedgerEngine {
  mutating func tell(_ entries: [Reschedule], of group: LedgerGroup, _ output: inout LedgerOutput) {
    for entry in entries {
      var entry = entry
      if let before = emitted[entry.key] {
        guard !isSettled(before) else { continue }
        entry = entry.superseding(before, at: now)
        guard entry != before else { continue }
      }
      emit(entry, &output)
    }
    let present = Set(entries.map(\.key))
    for pod in group.pods {
      guard let keys = told[pod.uid] else { continue }
      for key in keys.sorted() where !present.contains(key) {
        guard var entry = emitted[key], entry.retractedAt == nil, !isSettled(entry) else { continue }
        entry.retractedAt = now
        entry.isPending = false
        entry.downtimeCountedTo = nil
        entry.capacityGapCountedTo = nil
        emit(entry, &output)
      }
    }
  }

  private mutating func emit(_ entry: Reschedule, _ output: inout LedgerOutput) {
    emitted[entry.key] = entry
    note(entry)
    output.entries.append(entry)
  }

  /// A restart of a container cannot turn out not to have happened.
  mutating func note(_ entry: Reschedule) {
    guard entry.change != .restarted, let uid = (entry.change == .added ? entry.new : entry.old)?.uid else { return }
    told[uid, default: []].insert(entry.key)
  }

  /// After the time in which late evidence is taken, an entry that is over is final.
  private func isSettled(_ entry: Reschedule) -> Bool { !entry.isPending && !entry.isOngoing && now - entry.at > Self.retention }

  /// Ends what an entry waits for, where it will be looked at no more.
  mutating func settle(_ key: String, _ output: inout LedgerOutput) {
    if var entry = emitted[key], entry.isPending {
      entry.isPending = false
      entry.capacityGapCountedTo = nil
      output.entries.append(entry)
    }
    emitted[key] = nil
  }
}

extension Reschedule {
  /// This entry, told after another under its key. One that was not pending yields to what is known better, and says so; never to a
  /// conclusion that is less sure.
  package func superseding(_ before: Reschedule, at now: Timestamp) -> Reschedule {
    var entry = self
    (entry.revisedAt, entry.formerly) = (before.revisedAt, before.formerly)
    if before.retractedAt != nil {
      entry.revisedAt = now
      entry.formerly = "retracted"
      return entry
    }
    let isSame = change == before.change && cause == before.cause && old?.uid == before.old?.uid && new?.uid == before.new?.uid
    if before.isPending || isSame { return entry }
    if cause != before.cause, confidence < before.confidence || confidence == before.confidence && doubt != nil {
      (entry.change, entry.cause, entry.confidence, entry.evidence) = (before.change, before.cause, before.confidence, before.evidence)
      (entry.new, entry.container, entry.isPending) = (before.new, before.container, false)
      // It stays the better of the two, but what has come since says that it is not sure.
      if let doubt, before.doubt == nil {
        entry.confidence = confidence
        entry.evidence.append(doubt)
      }
      return entry
    }
    entry.revisedAt = now
    entry.formerly = "\(before.change.rawValue), \(before.cause.rawValue)"
    return entry
  }
}
