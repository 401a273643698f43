import JSONBytes
import Kubernetes
import TimeFormat

/// A pod in one line: READY, STATUS and RESTARTS (kubernetes, pkg/printers/internalversion printPod).
struct PodSummary {
  var ready: String
  var status: String
  private var restartCount: Int64 = 0
  private var lastRestart: Timestamp?

  init(_ pod: JSONValue) {
    let total = pod.at("spec", "containers")?.arrayValue?.count ?? 0
    let phase = pod.at("status", "phase")?.stringValue ?? ""
    var reason = pod.at("status", "reason")?.stringValue ?? ""
    if reason.isEmpty { reason = phase }
    var readyCount = 0
    let initTotal = pod.at("spec", "initContainers")?.arrayValue?.count ?? 0
    let initializing = Self.initReason(pod, initTotal)
    if let initializing {
      reason = initializing
      for status in pod.at("status", "initContainerStatuses")?.arrayValue ?? [] { Self.count(status, &restartCount, &lastRestart) }
    } else {
      var hasRunning = false
      for status in (pod.at("status", "containerStatuses")?.arrayValue ?? []).reversed() {
        Self.count(status, &restartCount, &lastRestart)
        let state = status["state"]
        if let waiting = state?.at("waiting", "reason")?.stringValue, !waiting.isEmpty {
          reason = waiting
        } else if let ended = state?["terminated"], !ended.isNull {
          reason = Self.ended(ended)
        } else if status["ready"]?.boolValue == true, let running = state?["running"], !running.isNull {
          hasRunning = true
          readyCount += 1
        }
      }
      if reason == "Completed", hasRunning {
        let isReady = (pod.at("status", "conditions")?.arrayValue ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
        reason = isReady ? "Running" : "NotReady"
      }
    }
    if pod.at("metadata", "deletionTimestamp") != nil {
      if pod.at("status", "reason") == "NodeLost" {
        reason = "Unknown"
      } else if phase != "Succeeded", phase != "Failed" {
        reason = "Terminating"
      }
    }
    ready = "\(readyCount)/\(total)"
    status = reason
  }

  /// `3 (10s ago)`.
  func restarts(_ now: Timestamp) -> String {
    guard restartCount > 0, let lastRestart else { return "\(restartCount)" }
    return "\(restartCount) (\(humanDuration(now - lastRestart)) ago)"
  }

  private static func count(_ status: JSONValue, _ restarts: inout Int64, _ last: inout Timestamp?) {
    restarts = restarts.addingClamped(status["restartCount"]?.intValue ?? 0)
    guard let text = status.at("lastState", "terminated", "finishedAt")?.stringValue, let moment = Timestamp(rfc3339: text) else { return }
    last = max(last ?? moment, moment)
  }

  private static func ended(_ state: JSONValue) -> String {
    if let reason = state["reason"]?.stringValue, !reason.isEmpty { return reason }
    if let signal = state["signal"]?.intValue, signal != 0 { return "Signal:\(signal)" }
    return "ExitCode:\(state["exitCode"]?.intValue ?? 0)"
  }

  /// What an unfinished init container says; `nil` when all have ended well.
  private static func initReason(_ pod: JSONValue, _ total: Int) -> String? {
    for (index, status) in (pod.at("status", "initContainerStatuses")?.arrayValue ?? []).enumerated() {
      if let ended = status.at("state", "terminated"), !ended.isNull {
        if ended["exitCode"]?.intValue == 0 { continue }
        return "Init:\(self.ended(ended))"
      }
      if let waiting = status.at("state", "waiting", "reason")?.stringValue, !waiting.isEmpty, waiting != "PodInitializing" {
        return "Init:\(waiting)"
      }
      return "Init:\(index)/\(total)"
    }
    return nil
  }
}
