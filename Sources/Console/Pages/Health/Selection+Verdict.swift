import ClusterModel
import Kubernetes
import TimeFormat
import Views

extension Selection {
  /// A workload with its verdict.
  init(verdict: HealthVerdict, churn: Int, _ context: PageContext) {
    self.init()
    let reference = verdict.subject
    if reference.workloadKind.isWatched {
      workload = WorkloadName(cluster: verdict.cluster, reference: reference)
    }
    if reference.kind == "Pod" {
      logQuery = context.logQuery("pod:\(reference.name)", in: verdict.cluster)
      pod = PodName(cluster: verdict.cluster, namespace: reference.namespace, name: reference.name)
    } else if reference.isOf(.nodes) {
      node = NodeName(cluster: verdict.cluster, name: reference.name)
      owner = WorkloadName(cluster: verdict.cluster, reference: reference)
    } else {
      let snapshot = context.isUnknown ? nil : context.shown.health(of: verdict.cluster)?.snapshot
      findsLogs = { context.logQuery(WorkloadLogs(of: reference, in: snapshot).text, in: verdict.cluster) }
    }
    link = Place(cluster: verdict.cluster, object: reference)
    moment = verdict.since
    let why = verdict.reasons.map(\.sentence).joined(separator: "; ")
    copyText =
      "\(verdict.cluster) \(reference.namespace.isEmpty ? "" : "\(reference.namespace)/")\(reference.display) \(verdict.status.word) \(verdict.ready)/\(verdict.desired)"
      + (why.isEmpty ? "" : ": \(why)")
    explanation = [
      "\(verdict.status.glyph) \(reference.display) is \(verdict.status.word)"
        + (verdict.since.map { " since \(context.face.full($0))" } ?? "") + "."
    ]
    if verdict.reasons.isEmpty, verdict.status == .green {
      explanation.append("Healthy: all rules pass, \(verdict.ready) of \(verdict.desired) ready.")
    }
    for reason in verdict.reasons {
      explanation.append(
        "\(reason.status.glyph) \(reason.sentence)  (rule \(reason.rule)\(reason.since.map { ", since \(context.face.short($0, now: context.moment))" } ?? ""))"
      )
    }
    if let change = verdict.lastChange { explanation.append("Last change: \(change).") }
    if churn > 0 {
      explanation.append(
        "Restarted or rescheduled \(counted(churn, "time")) unplanned in 24 h; more than 3 per replica is flapping, amber.")
    }
  }
}
