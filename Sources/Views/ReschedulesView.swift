package import ClusterModel
import JSONBytes
package import Screen
package import TimeFormat

/// The reschedule history of a span of time: by workload, and entry by entry.
package struct ReschedulesView: Sendable {
  package enum Order: String, Sendable, Hashable { case byWorkload = "by workload", byTime = "by time" }

  package struct Group: Sendable, Hashable {
    package var cluster: String
    package var namespace: String
    package var workload: String
    package var count: Int
    package var hours: [Int]
    /// `nil` where nothing was rescheduled: the workload had no ready pod all the same.
    package var mostly: Reschedule.Cause?
    /// Without a ready pod, and replica-seconds below the desired count, in the span, whatever the entries say.
    package var downtimeSeconds: Double
    package var gapSeconds: Double
    /// Since when it has no ready pod.
    package var downSince: Timestamp?
    package var last: Timestamp

    package var key: String { "\(cluster)/\(namespace)/\(workload)" }
    /// `default/api`: the kind is in the key.
    package var display: String {
      let name = workload.split(separator: "/").last.map(String.init) ?? workload
      return namespace.isEmpty ? name : "\(namespace)/\(name)"
    }
  }

  /// Newest first, after the filters.
  package let entries: [Reschedule]
  package let groups: [Group]
  package let gaps: [LedgerGap]
  /// The downtimes that reach into the span, oldest first.
  package let outages: [LedgerListings.WorkloadOutage]
  /// Counts per cause, most frequent first, before the cause filter.
  package let causes: [(cause: Reschedule.Cause, count: Int)]
  package let count: Int
  package let now: Timestamp
  /// Says of which clusters no reschedules are known.
  package let ledgerNote: String?
  /// Whether the reschedules of any cluster are known.
  package let hasLedger: Bool

  /// - Parameters:
  ///   - ledger: of which clusters reschedules are known; `nil` when that is not known yet.
  ///   - clusters: those that are looked at.
  package init(
    _ all: [Reschedule], gaps: [LedgerGap], shortages: [Shortage] = [], ledger: LedgerCoverage?, clusters: [String] = [],
    now: Timestamp, span: Duration = .seconds(86_400), unplannedOnly: Bool = false,
    cause: Reschedule.Cause? = nil, filter: String = ""
  ) {
    self.now = now
    ledgerNote = ledger?.complaint(of: clusters)
    hasLedger =
      !all.isEmpty || !shortages.isEmpty || (clusters.isEmpty ? ledger?.isEmpty != true : clusters.contains { ledger?.has($0) ?? true })
    let from = now - span
    let needle = filter.lowercased()
    let inSpan = all.filter { entry in
      guard entry.at >= from, entry.at <= now + .seconds(60) else { return false }
      if unplannedOnly, entry.cause.isPlanned || entry.retractedAt != nil || !entry.counts && entry.change != .failed { return false }
      return needle.isEmpty || entry.workload.lowercased().contains(needle) || entry.namespace.lowercased().contains(needle)
        || entry.cluster.lowercased().contains(needle) || entry.old?.name.lowercased().contains(needle) == true
        || entry.new?.name.lowercased().contains(needle) == true
    }
    var perCause: [Reschedule.Cause: Int] = [:]
    for entry in inSpan where entry.counts { perCause[entry.cause, default: 0] += 1 }
    causes = perCause.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
    let shown = inSpan.filter { cause == nil || $0.cause == cause }
    entries = shown.map { $0.grown(to: now) }.sorted { ($1.at, $1.key) < ($0.at, $0.key) }
    count = shown.count(where: \.counts)
    let measures = Measures(shortages, from: from, now: now) { workload in
      needle.isEmpty || workload.cluster.lowercased().contains(needle) || workload.namespace.lowercased().contains(needle)
        || workload.workload.lowercased().contains(needle)
    }
    outages = measures.outages
    var entriesOf: [String: [Reschedule]] = [:]
    var groups: [String: (group: Group, causes: [Reschedule.Cause: Int])] = [:]
    for entry in shown where entry.counts {
      let key = "\(entry.cluster)/\(entry.namespace)/\(entry.workload)"
      var item =
        groups[key] ?? (
          Group(
            cluster: entry.cluster, namespace: entry.namespace, workload: entry.workload, count: 0, hours: [Int](repeating: 0, count: 24),
            mostly: nil, downtimeSeconds: 0, gapSeconds: 0, downSince: nil, last: entry.at), [:]
        )
      item.group.count += 1
      if let hour = ReschedulesView.bucket(of: entry.at, from: from, span: span) { item.group.hours[hour] += 1 }
      item.group.last = max(item.group.last, entry.at)
      item.causes[entry.cause, default: 0] += 1
      groups[key] = item
      entriesOf[key, default: []].append(entry)
    }
    // What had no ready pod is shown, whether or not anything of it was replaced.
    if cause == nil, !unplannedOnly {
      for item in outages where groups["\(item.cluster)/\(item.namespace)/\(item.workload)"] == nil {
        let group = Group(
          cluster: item.cluster, namespace: item.namespace, workload: item.workload, count: 0, hours: [Int](repeating: 0, count: 24),
          mostly: nil, downtimeSeconds: 0, gapSeconds: 0, downSince: nil, last: item.outage.from)
        groups[group.key] = (group, [:])
      }
    }
    self.groups = groups.values.map { item in
      var group = item.group
      if let measure = measures.workloads[group.key] {
        (group.downtimeSeconds, group.gapSeconds, group.downSince) = (measure.downtime, measure.gap, measure.downSince)
      } else {
        // Of entries that an earlier version stored, only they themselves say it.
        let entries = (entriesOf[group.key] ?? []).map { $0.grown(to: now) }
        group.downtimeSeconds = entries.totalDowntime ?? 0
        group.gapSeconds = entries.reduce(0) { $0 + ($1.capacityGapSeconds ?? 0) }
      }
      group.mostly = item.causes.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key ?? group.mostly
      return group
    }.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
    self.gaps = gaps.filter { $0.to >= from }.sorted { $0.from < $1.from }
  }

  private static func bucket(of moment: Timestamp, from: Timestamp, span: Duration) -> Int? {
    let part = Double((moment - from).nanoseconds) / Double(max(1, span.nanoseconds))
    guard part >= 0 else { return nil }
    return min(23, Int(part * 24))
  }

  package func entries(of group: Group) -> [Reschedule] {
    entries.filter { $0.cluster == group.cluster && $0.namespace == group.namespace && $0.workload == group.workload }
  }

  /// `last 24 h: 212    oomKilled 97  probe 41`.
  package func summary(span: String) -> StyledLine {
    var line = StyledLine([StyledRun("last \(span): ", .dim), StyledRun(hasLedger ? "\(count)" : "–", .strong), StyledRun("   ")])
    for (cause, count) in causes {
      line.append(cause.rawValue + " ", cause.isPlanned ? .dim : .text)
      line.append("\(count)", cause.isPlanned ? .dim : .strong)
      line.append("  ")
    }
    return line
  }

  package static let noLedger =
    "No reschedule history is recorded: periplus up starts the proving ground and records it, periplus record --context NAME records another cluster."

  /// `14 s`, `41 min`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds > 0, seconds < 1e9 else { return "0 s" }
    return seconds < 1 ? "\(Int(seconds * 1000)) ms" : Duration.seconds(seconds).brief
  }

  /// `not seen: 02:10–02:14 (recorder restarted)`.
  package func gapsLine(face: TimeDisplay) -> StyledLine? {
    guard let last = gaps.last else { return nil }
    let more = gaps.count > 1 ? ", and \(gaps.count - 1) more" : ""
    let time =
      last.to - last.from < .seconds(60)
      ? "\(face.short(last.from, now: now)) for \((last.to - last.from).brief)"
      : "\(face.short(last.from, now: now))–\(face.minute(last.to))"
    return StyledLine("not seen: \(time) (\(last.reason))\(more)", .amber)
  }

  /// - Parameter isFolded: writes equal entries of a workload that follow one another as one row.
  package func report(face: TimeDisplay, span: String, order: Order, isFolded: Bool = false) -> Report {
    let context = ListingContext(face: face, now: now)
    var report = Report("Reschedules at \(face.full(now))", [.text(summary(span: span).text.trimmed)])
    if entries.isEmpty { report.add(.text(hasLedger ? "Nothing was rescheduled." : ledgerNote ?? ReschedulesView.noLedger)) }
    if order == .byWorkload, !groups.isEmpty {
      report.add(.table(LedgerListings.groups.reportTable(groups, context)))
    }
    if !entries.isEmpty {
      report.add(.heading("Entries"))
      let rows = isFolded ? RescheduleRow.rows(entries) : entries.map { .entry($0, isInside: false) }
      report.add(.table(LedgerListings.entries.reportTable(of: rows.map { LedgerListings.reportRow($0, context) })))
      if rows.count < entries.count {
        report.add(
          .text(
            "\(entries.count) entries in \(counted(rows.count, "row")): equal ones of a workload are one row. --json and --linear write every entry."
          ))
      }
    }
    if hasLedger, let ledgerNote { report.add(.text(ledgerNote)) }
    for gap in gaps { report.add(.text("Not seen in \(gap.cluster): \(face.full(gap.from)) to \(face.full(gap.to)) (\(gap.reason)).")) }
    return report
  }

  /// One line per entry, per downtime and per gap, oldest first.
  package var jsonLines: [String] {
    let lines =
      entries.reversed().map { ($0.at, $0.jsonLine) } + outages.map { ($0.outage.from, LedgerListings.outages.line($0)) }
      + gaps.map { ($0.from, LedgerListings.gaps.line($0)) }
    return lines.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
  }
}

extension Reschedule {
  /// The cause, and `evicted (API)` of a pod that somebody evicted through the API.
  package var causeWords: String { evidence.contains(Self.evictedByAPI) ? Self.evictedByAPI : cause.rawValue }

  /// `default/api`.
  package var shortWorkload: String {
    let name = workload.split(separator: "/").last.map(String.init) ?? workload
    return namespace.isEmpty ? name : "\(namespace)/\(name)"
  }

  /// `xdkt7 → 5jv2d`, or the pod and container that started again.
  package var pods: String { podWords + (change == .restarted ? exitCode.map { ", exit \($0)" } ?? "" : "") }

  /// The same without the exit code.
  var podWords: String {
    switch change {
    case .replaced: "\(LogFields.shortPod(old?.name ?? "?")) → \(new.map { LogFields.shortPod($0.name) } ?? "?")"
    case .restarted:
      // A container that is called like its workload says nothing new.
      LogFields.shortPod(old?.name ?? new?.name ?? "?") + (container.map { workload.hasSuffix("/\($0)") ? "" : ", \($0)" } ?? "")
    case .added: LogFields.shortPod(new?.name ?? old?.name ?? "?")
    case .removed, .failed: LogFields.shortPod(old?.name ?? new?.name ?? "?")
    }
  }

  package var nodes: String {
    let from = old?.node ?? ""
    let to = new?.node ?? ""
    if from.isEmpty || to.isEmpty || from == to { return from.isEmpty ? to : from }
    return "\(from) → \(to)"
  }

  /// One line of JSON, what does not apply is absent.
  package var jsonLine: String { LedgerListings.entries.jsonLine(self) }
}
