package import TimeFormat

/// A time in which a workload had fewer ready pods than it wants, with the counts unchanged; without any, it is downtime.
///
/// The ledger tells them whatever the entries say. They are the one measure of downtime and capacity gap: Health, the reschedule history
/// and each entry of it are computed from them. A Job has none.
package struct Shortage: Sendable, Hashable {
  package enum Phase: String, Sendable, Hashable, CaseIterable {
    /// No pod of the workload has been ready yet: it comes up, and nothing was lost.
    case starting
    case running
    /// Nobody watched, between two times without a ready pod. Counts as neither.
    case unwatched
  }

  package var cluster: String
  package var namespace: String
  /// `Deployment/api`; `Pod/name` for a bare pod.
  package var workload: String
  package var workloadUID: String
  package var phase: Phase
  package var from: Timestamp
  /// `nil` while it goes on.
  package var to: Timestamp?
  package var ready: Int
  package var desired: Int

  package init(
    cluster: String, namespace: String, workload: String, workloadUID: String, phase: Phase = .running, from: Timestamp, to: Timestamp?,
    ready: Int, desired: Int
  ) {
    self.cluster = cluster
    self.namespace = namespace
    self.workload = workload
    self.workloadUID = workloadUID
    self.phase = phase
    self.from = from
    self.to = to
    self.ready = ready
    self.desired = desired
  }

  /// Names the workload among all clusters as entries do.
  package var workloadKey: String { "\(cluster)/\(namespace)/\(workload)" }
  package var isDowntime: Bool { phase == .running && ready == 0 }

  /// Seconds of it between two moments.
  func seconds(from start: Timestamp, to end: Timestamp) -> Double {
    let last = min(to ?? end, end)
    let first = max(from, start)
    return last > first ? (last - first).seconds : 0
  }
}

/// A downtime of a workload: from the first moment without a ready pod to the first with one.
package struct Outage: Sendable, Hashable {
  package var from: Timestamp
  /// `nil` while it goes on.
  package var to: Timestamp?
  /// What was watched of it until ``countedTo``, in seconds.
  package var countedSeconds: Double
  /// From when on the rest counts; where it is over, its end.
  package var countedTo: Timestamp

  package var isOngoing: Bool { to == nil }

  /// Seconds without a ready pod, as of a moment; what nobody watched is left out.
  package func seconds(at now: Timestamp) -> Double { isOngoing ? countedSeconds + max(0, (now - countedTo).seconds) : countedSeconds }
}

/// Of one workload, oldest first.
extension Collection<Shortage> {
  package var outages: [Outage] {
    var found: [Outage] = []
    for piece in self where piece.ready == 0 && piece.phase != .starting {
      let seconds = piece.phase == .running ? piece.to.map { ($0 - piece.from).seconds } ?? 0 : 0
      if let last = found.indices.last, found[last].to == piece.from {
        found[last].to = piece.to
        found[last].countedSeconds += seconds
        found[last].countedTo = piece.to ?? piece.from
      } else if piece.phase == .running {
        found.append(Outage(from: piece.from, to: piece.to, countedSeconds: seconds, countedTo: piece.to ?? piece.from))
      }
    }
    return found
  }

  /// Seconds without a ready pod between two moments.
  package func downtimeSeconds(from: Timestamp, to: Timestamp) -> Double {
    reduce(0) { $1.isDowntime ? $0 + $1.seconds(from: from, to: to) : $0 }
  }

  /// Replica-seconds below the desired count between two moments.
  package func capacityGapSeconds(from: Timestamp, to: Timestamp) -> Double {
    reduce(0) { $1.phase == .running ? $0 + $1.seconds(from: from, to: to) * Double(Swift.max(0, $1.desired - $1.ready)) : $0 }
  }

  /// Since when the workload has had fewer ready pods than it wants without a break; `nil` while it has enough.
  package var ongoingSince: Timestamp? {
    var since: Timestamp?
    var end: Timestamp??
    for piece in self {
      if let known = end, let known, known == piece.from {} else { since = piece.from }
      end = .some(piece.to)
    }
    guard case .some(nil) = end else { return nil }
    return since
  }
}

extension Sequence<Shortage> {
  /// By workload, each oldest first.
  package func byWorkload() -> [String: [Shortage]] {
    Dictionary(grouping: self, by: \.workloadKey).mapValues { $0.sorted { $0.from < $1.from } }
  }

  /// What was known at a moment.
  package func asOf(_ moment: Timestamp) -> [Shortage] {
    compactMap { piece in
      guard piece.from <= moment else { return nil }
      var piece = piece
      if let to = piece.to, to > moment { piece.to = nil }
      return piece
    }
  }
}

/// The shortages of one workload from a moment on, as they are known now. They take the place of what was told from then on.
package struct ShortageUpdate: Sendable, Hashable {
  package var cluster: String
  package var workloadUID: String
  package var since: Timestamp
  package var shortages: [Shortage]

  package init(cluster: String, workloadUID: String, since: Timestamp, shortages: [Shortage]) {
    self.cluster = cluster
    self.workloadUID = workloadUID
    self.since = since
    self.shortages = shortages
  }
}

/// What the ledger of all clusters says since a moment.
package struct LedgerRecord: Sendable, Hashable {
  /// Oldest first.
  package var reschedules: [Reschedule]
  package var gaps: [LedgerGap]
  package var shortages: [Shortage]

  package init(reschedules: [Reschedule] = [], gaps: [LedgerGap] = [], shortages: [Shortage] = []) {
    self.reschedules = reschedules
    self.gaps = gaps
    self.shortages = shortages
  }

  /// What was known at a moment.
  package func asOf(_ moment: Timestamp) -> LedgerRecord {
    LedgerRecord(
      reschedules: reschedules.filter { $0.at <= moment }, gaps: gaps, shortages: shortages.asOf(moment))
  }
}
