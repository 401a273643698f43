import ClusterModel
import TelemetryModel
import TimeFormat
import Views

extension Selection {
  init(record: LogRecord, _ context: PageContext) {
    self.init()
    self.record = record
    requestID = record.requestID
    moment = record.at
    let origin = record.origin
    pod = .init(cluster: origin.cluster, namespace: origin.namespace, name: origin.pod)
    logQuery = context.logQuery("pod:\(origin.pod)", in: origin.cluster)
    copyText = String(decoding: record.raw, as: UTF8.self)
    let snapshot = context.shown.health(of: origin.cluster)?.snapshot
    // A pod that came back under its name is another one.
    let live = snapshot?.pod(origin.pod, in: origin.namespace).flatMap { $0.uid == origin.podUID ? $0 : nil }
    let controller = live.flatMap { snapshot?.owner(of: $0) }
    if let controller {
      owner = .init(cluster: origin.cluster, reference: controller)
    } else if let workload = snapshot?.workloads[namespace: origin.namespace].filter({
      $0.controller == nil && origin.pod.hasPrefix($0.reference.name + "-")
    }).max(by: { $0.reference.name.count < $1.reference.name.count }) {
      // Of web and web-api the longer one: a pod's name begins with its workload's.
      owner = .init(cluster: origin.cluster, reference: workload.reference)
    }
    explanation = [
      "\(record.level?.word ?? "no level") \(record.message)",
      "written by \(record.service) in \(origin.namespace)/\(origin.pod), container \(origin.container), run \(origin.restart + 1), \(origin.stream)",
      live == nil ? "The pod no longer exists; its logs are kept." : "The pod is there, on node \(live?.node ?? "").",
    ]
    if record.flags.contains(.notJSON) { explanation.append("The line is not JSON; it is stored unchanged.") }
    if record.flags.contains(.cut) { explanation.append("The line was longer than 256 KiB and was cut.") }
    if record.flags.contains(.fromFuture) { explanation.append("Its timestamp is in the future; the time of reading is shown.") }
    if record.flags.contains(.masked) { explanation.append("Secrets were masked before it was stored.") }
    if requestID == nil { explanation.append("No request id in this record.") }
  }
}
