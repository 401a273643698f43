import GroundAPI
package import JSONBytes
package import TimeFormat

/// Writes a pod's status from the state of its machine, in the kubelet's words. Pure.
package enum PodStatus {
  package struct Place: Sendable {
    var hostIP: String
    /// `nil` before the pod has one.
    var podIP: String?

    package init(hostIP: String, podIP: String?) {
      self.hostIP = hostIP
      self.podIP = podIP
    }
  }

  package static func apply(_ machine: PodMachine, _ place: Place, at now: Timestamp, to pod: inout JSONValue) {
    pod.set("status", "phase", to: .string(machine.phase))
    pod.set("status", "observedGeneration", to: pod.at("metadata", "generation"))
    pod.set("status", "hostIP", to: .string(place.hostIP))
    pod.set("status", "hostIPs", to: [["ip": .string(place.hostIP)]])
    if let ip = place.podIP {
      pod.set("status", "podIP", to: .string(ip))
      pod.set("status", "podIPs", to: [["ip": .string(ip)]])
    }
    if pod.at("status", "startTime") == nil { pod.set("status", "startTime", to: time(now)) }
    conditions(machine, now, &pod)
    if !machine.initContainers.isEmpty {
      pod.set("status", "initContainerStatuses", to: .array(machine.initContainers.map { container($0, machine) }))
    }
    pod.set("status", "containerStatuses", to: .array(machine.containers.map { container($0, machine) }))
  }

  private static func conditions(_ machine: PodMachine, _ now: Timestamp, _ pod: inout JSONValue) {
    let isDone = machine.phase == "Succeeded" || machine.phase == "Failed"
    let unready = machine.containers.filter { !$0.isReady }.map(\.spec.name)
    let uninitialized = machine.initContainers.filter { !$0.hasSucceeded }.map(\.spec.name)
    pod.setCondition(
      "PodReadyToStartContainers", status: machine.isPrepared && !isDone ? "True" : "False", reason: nil, message: nil, at: now)
    if uninitialized.isEmpty {
      pod.setCondition("Initialized", status: "True", reason: machine.phase == "Succeeded" ? "PodCompleted" : nil, message: nil, at: now)
    } else {
      pod.setCondition(
        "Initialized", status: "False", reason: "ContainersNotInitialized",
        message: "containers with incomplete status: [\(uninitialized.joined(separator: " "))]", at: now)
    }
    for type in ["Ready", "ContainersReady"] {
      if isDone {
        pod.setCondition(type, status: "False", reason: machine.phase == "Succeeded" ? "PodCompleted" : "PodFailed", message: nil, at: now)
      } else if unready.isEmpty, uninitialized.isEmpty {
        pod.setCondition(type, status: "True", reason: nil, message: nil, at: now)
      } else {
        pod.setCondition(
          type, status: "False", reason: "ContainersNotReady",
          message: "containers with unready status: [\(unready.joined(separator: " "))]", at: now)
      }
    }
    if pod.at("status", "conditions")?.arrayValue?.contains(where: { $0["type"] == "PodScheduled" }) != true {
      pod.setCondition("PodScheduled", status: "True", reason: nil, message: nil, at: now)
    }
  }

  private static func container(_ record: ContainerRecord, _ machine: PodMachine) -> JSONValue {
    var status: JSONValue = ["name": .string(record.spec.name)]
    var last = record.last
    switch record.phase {
    case .running(let since):
      status["state"] = ["running": ["startedAt": time(since)]]
    case .idle:
      let waitsForInit = !record.spec.isInit && !machine.initContainers.isEmpty
      let reason = waitsForInit || record.spec.isInit ? "PodInitializing" : "ContainerCreating"
      status["state"] = ["waiting": ["reason": .string(reason)]]
    case .starting:
      // Between two runs, the end of the one before is what is known.
      if let end = record.last {
        status["state"] = ["terminated": terminated(end)]
      } else {
        status["state"] = ["waiting": ["reason": "ContainerCreating"]]
      }
    case .failing(let reason, let message, _):
      status["state"] = ["waiting": ["reason": .string(reason), "message": .string(message)]]
    case .ended(let end, nil):
      status["state"] = ["terminated": terminated(end)]
    case .ended(let end, .some):
      let wait = record.backOffText
      status["state"] = [
        "waiting": [
          "reason": "CrashLoopBackOff",
          "message": .string("back-off \(wait)restarting failed container=\(record.spec.name) pod=\(machine.spec.reference)"),
        ]
      ]
      last = end
    }
    status["lastState"] = last.map { ["terminated": terminated($0)] } ?? [:]
    status["ready"] = .bool(record.spec.isInit ? record.hasSucceeded : record.isReady)
    status["restartCount"] = .int(Int64(record.run ?? 0))
    status["image"] = .string(record.spec.image)
    status["imageID"] = .string(record.imageID ?? "")
    if let run = record.run { status["containerID"] = .string(containerID(machine.spec.uid, record.spec.name, run)) }
    status["started"] = .bool(record.hasStarted)
    return status
  }

  private static func terminated(_ end: ContainerRecord.Termination) -> JSONValue {
    var state: JSONValue = ["exitCode": .int(Int64(end.exit.exitCode))]
    if case .signal(let number) = end.exit.cause, !end.exit.isOutOfMemory { state["signal"] = .int(Int64(number)) }
    state["reason"] = .string(end.exit.reason)
    if let message = end.exit.message { state["message"] = .string(message) }
    state["startedAt"] = end.startedAt.map { time($0) } ?? .null
    state["finishedAt"] = time(end.exit.finishedAt)
    return state
  }

  static func containerID(_ uid: String, _ name: String, _ run: Int) -> String { "periplus://\(uid)/\(name)/\(run)" }

  private static func time(_ moment: Timestamp) -> JSONValue { .string(moment.rfc3339(.seconds)) }
}

extension ContainerRecord {
  /// `10s `, with a space after it; empty when it restarts at once.
  fileprivate var backOffText: String {
    guard case .ended(let end, let restartAt?) = phase else { return "" }
    let seconds = Int64((restartAt - end.exit.finishedAt).seconds.rounded())
    return seconds > 0 ? "\(seconds)s " : ""
  }
}
