import ClusterModel
import TimeFormat
import Views

extension ReschedulesPage {
  package func selection(_ context: PageContext) -> Selection {
    var selection = Selection()
    selection.link = place
    if isInEntries, let row = entries.row {
      let entry = row.newest
      selection.owner = Self.owner(cluster: entry.cluster, namespace: entry.namespace, workload: entry.workload)
      selection.logQuery = (entry.old ?? entry.new).map { context.logQuery("pod:\($0.name)", in: entry.cluster) }
      selection.moment = entry.at
      selection.copyText = entry.jsonLine
      if case .run(let run, let isUnfolded) = row {
        selection.explanation = [
          "\(run.entries.count) equal entries from \(context.face.full(run.oldest.at)) to \(context.face.full(run.newest.at)); Enter \(isUnfolded ? "folds" : "unfolds") them. The newest:"
        ]
      }
      selection.explanation += [
        "\(context.face.full(entry.at)): \(entry.shortWorkload) \(entry.change.rawValue), cause \(entry.causeWords) (confidence \(Int(entry.confidence * 100)) %)."
      ]
      if let old = entry.old {
        selection.explanation.append("old: \(old.name) on \(old.node.isEmpty ? "no node" : old.node), uid \(old.uid)")
      }
      if let new = entry.new {
        selection.explanation.append("new: \(new.name) on \(new.node.isEmpty ? "no node yet" : new.node), uid \(new.uid)")
      }
      if let container = entry.container {
        selection.explanation.append("container: \(container)" + (entry.exitCode.map { ", exit code \($0)" } ?? ""))
      }
      selection.explanation += Self.measures(entry, context)
      if let since = row.ongoingSince, row.downSince == nil {
        selection.explanation.append("Nothing is ready in its place: \(entry.waiting(since: since, now: context.moment)).")
      }
      if let at = entry.retractedAt {
        selection.explanation.append("Retracted at \(context.face.full(at)): it turned out not to have happened, and counts nowhere.")
      } else if let at = entry.revisedAt {
        selection.explanation.append("Revised at \(context.face.full(at)): told as \(entry.formerly ?? "something else") before.")
      }
      selection.explanation += entry.evidence.map { "evidence: \($0)" }
    } else if !isInEntries, let group = groups.row {
      selection.owner = Self.owner(cluster: group.cluster, namespace: group.namespace, workload: group.workload)
      let snapshot = context.isUnknown ? nil : context.shown.health(of: group.cluster)?.snapshot
      if let reference = selection.owner?.reference {
        selection.findsLogs = { context.logQuery(WorkloadLogs(of: reference, in: snapshot).text, in: group.cluster) }
      }
      selection.moment = group.last
      selection.copyText =
        "\(group.cluster) \(group.display): \(counted(group.count, "reschedule")) in \(Self.spans[spanIndex].name)\(group.mostly.map { ", mostly \($0.rawValue)" } ?? "")"
      selection.explanation = [selection.copyText.map { $0 + "." } ?? ""]
      if let since = group.downSince {
        selection.explanation.append(
          "no ready endpoints since \(context.face.full(since)): \(Reschedule.ongoing(since: since, now: context.moment)).")
      }
      selection.explanation.append(
        "no ready endpoints for \(ReschedulesView.duration(group.downtimeSeconds)), below desired replicas for \(ReschedulesView.duration(group.gapSeconds)) in all"
      )
      var causes: [Reschedule.Cause: Int] = [:]
      for entry in shownEntries where entry.counts { causes[entry.cause, default: 0] += 1 }
      for (cause, count) in causes.sorted(by: { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }) {
        selection.explanation.append("\(cause.rawValue): \(count)\(cause.isPlanned ? " (planned)" : "")")
      }
    }
    return selection
  }

  private static func measures(_ entry: Reschedule, _ context: PageContext) -> [String] {
    var lines: [String] = []
    let since = entry.downtimeSince.map { " since \(context.face.time($0))" } ?? ""
    if let from = entry.downtimeSince ?? entry.downtimeCountedTo, entry.isDown {
      lines.append("no ready endpoint\(since): \(Reschedule.ongoing(since: from, now: context.moment))")
    } else if let seconds = entry.downtimeSeconds {
      lines.append("no ready endpoint for \(ReschedulesView.duration(seconds))\(since)")
    }
    if let seconds = entry.capacityGapSeconds {
      lines.append("its replica was missing for \(ReschedulesView.duration(seconds))")
    }
    return lines
  }

  private static func owner(cluster: String, namespace: String, workload: String) -> Selection.WorkloadName? {
    let parts = workload.split(separator: "/", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return .init(cluster: cluster, reference: ObjectReference(kind: String(parts[0]), namespace: namespace, name: String(parts[1])))
  }
}
