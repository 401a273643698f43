import Kubernetes
import TimeFormat

/// The rules, worst first. Completed jobs and cordoned nodes are no faults, so no rule speaks of them; what is scaled to zero is grey.
package enum HealthRules {
  package static let all: [HealthRule] = workloads + nodes

  // The kubelet's reasons for a container that waits.
  private static let crashLoops: Set = ["CrashLoopBackOff"]
  private static let pullFailures: Set = [
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable",
  ]
  private static let createFailures: Set = [
    "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError",
  ]

  static let workloads: [HealthRule] = [
    HealthRule("crash-loop", .red, "A container exits repeatedly; the kubelet waits longer before each restart.") { facts in
      guard let found = facts.waiting(crashLoops) else { return backingOff(facts) }
      let end = found.container.lastTermination
      return .init(
        named(found.container, of: found.pod) + "CrashLoopBackOff, \(restarts(found.container))" + (end.map(exitCode) ?? ""),
        since: loopSince(facts, found.pod, end))
    },
    HealthRule("oom-killed", .amber, "A container went over its memory limit and was killed within the last hour.") { facts in
      let hour = facts.now - .seconds(3600)
      var latest: (container: Container, at: Timestamp)?
      for container in facts.pods.lazy.flatMap(\.containers) {
        var end = container.lastTermination
        if case .terminated(let now) = container.state { end = now }
        guard let end, end.reason == "OOMKilled", let at = end.finished, at >= hour else { continue }
        if latest.map({ $0.at < at }) ?? true { latest = (container, at) }
      }
      let counted = facts.reschedules.filter { $0.cause == .oomKilled && $0.at >= hour }
      let first = facts.firstRestart(within: .seconds(3600)) { $0.cause == .oomKilled }
      guard latest != nil || !counted.isEmpty else { return nil }
      let count = max(counted.count, 1)
      let limit = (latest?.container ?? facts.pods.first?.containers.first)?.limitMemory.map { ", limit \(Quantity.bytes($0))" } ?? ""
      return .init(
        "OOM killed \(count == 1 ? "once" : "\(count) times") in 1 h\(limit)", since: first ?? counted.map(\.at).min() ?? latest?.at,
        status: count >= 3 ? .red : nil)
    },
    HealthRule("image-pull", .red, "An image cannot be pulled: a wrong name, a missing tag, or no access.") { facts in
      guard let found = facts.waiting(pullFailures) ?? facts.waiting(pullFailures, inInit: true) else { return nil }
      let why = pullError(found.pod, found.container, found.reason, found.message, facts.events)
      return .init("\(found.reason): \(found.container.image)" + (why.isEmpty ? "" : ", \(why)"), since: found.pod.created)
    },
    HealthRule("config-error", .red, "A container cannot be created: a config map, secret or setting is missing or wrong.") { facts in
      guard let found = facts.waiting(createFailures) ?? facts.waiting(createFailures, inInit: true) else { return nil }
      let why = found.message.isEmpty ? found.reason : found.message
      return .init("container \(found.container.name) cannot be created: \(why)", since: found.pod.created)
    },
    HealthRule("init-failed", .red, "An init container fails, so the pod's own containers never start.") { facts in
      for pod in facts.running {
        for container in pod.initContainers where !container.isSidecar {
          switch container.state {
          case .waiting("CrashLoopBackOff", _):
            let exit = container.lastTermination?.exitCode ?? 0
            return .init("init container \(container.name): CrashLoopBackOff, exit code \(exit)", since: pod.created)
          case .terminated(let end) where end.exitCode != 0:
            return .init("init container \(container.name) failed, exit code \(end.exitCode)", since: end.finished)
          default: continue
          }
        }
      }
      return nil
    },
    HealthRule("stuck-rollout", .red, [.workload], "A rollout made no progress within its deadline.") { facts in
      guard let condition = facts.condition("Progressing"), condition.status == "False" else { return nil }
      let words = condition.reason == "ProgressDeadlineExceeded" ? "progress deadline exceeded" : "rollout stuck: \(condition.message)"
      return .init(words, since: condition.lastTransition)
    },
    HealthRule("quota", .red, [.workload], "The controller cannot create pods: quota, admission or permissions.") { facts in
      guard let condition = facts.condition("ReplicaFailure"), condition.status == "True" else { return nil }
      return .init("pods cannot be created: \(condition.message)", since: condition.lastTransition)
    },
    HealthRule("failed-job", .red, [.workload], "A job gave up.") { facts in
      if let run = facts.runs.last(where: { $0.conditions.isTrue("Failed") || $0.conditions.isTrue("Complete") }),
        let failed = run.conditions["Failed"], failed.isTrue
      {
        return .init(
          "the last run that ended, \(run.reference.name), failed: \(failed.message.isEmpty ? failed.reason : failed.message)",
          since: failed.lastTransition)
      }
      guard facts.workload?.kind.runsToCompletion == true, let condition = facts.condition("Failed"), condition.status == "True"
      else { return nil }
      return .init("job failed: \(condition.message.isEmpty ? condition.reason : condition.message)", since: condition.lastTransition)
    },
    HealthRule("pod-failed", .red, [.pod], "A pod without a controller failed; nothing replaces it.") { facts in
      // One that ends because it was deleted, e.g. with its scaled-down owner, is marked as failed before it goes (exit code 143).
      guard let pod = facts.pods.first, pod.phase == "Failed", pod.reason != "Evicted", !pod.isTerminating else { return nil }
      var exit = ""
      if case .terminated(let end)? = pod.containers.first?.state { exit = ", exit code \(end.exitCode)" }
      let since = pod.conditions.first { $0.type == "Ready" }?.lastTransition
      return .init("pod failed\(pod.reason.isEmpty ? "" : ": \(pod.reason)")\(exit)", since: since)
    },
    HealthRule("pending", .amber, "A pod is not scheduled: insufficient resources, taints, volumes, or no scheduler.") { facts in
      let pending = facts.running.filter { pod in
        pod.phase == "Pending" && pod.conditions.contains { $0.type == "PodScheduled" && $0.status == "False" }
      }
      guard let pod = pending.first else { return nil }
      let condition = pod.conditions.first { $0.type == "PodScheduled" }
      let event = facts.events.last { $0.reason == "FailedScheduling" && $0.object.uid == pod.uid }
      let why = event?.message ?? condition?.message ?? ""
      let words = why.isEmpty ? "no reason given" : String(why.prefix { $0 != "." })
      let none = facts.running.allSatisfy { !$0.isReady }
      return .init(
        "\(pending.count == 1 ? "pod" : "\(pending.count) pods") pending: \(words)", since: condition?.lastTransition ?? pod.created,
        status: none ? .red : nil)
    },
    HealthRule("unavailable-replicas", .amber, [.workload], "Fewer pods are ready than desired.") { facts in
      guard let workload = facts.workload, !workload.kind.runsToCompletion else { return nil }
      let ready = facts.running.lazy.filter(\.isReady).count
      guard ready < workload.desired else { return nil }
      let condition = facts.condition("Available")
      let since =
        condition?.status == "False"
        ? condition?.lastTransition
        : facts.running.filter { !$0.isReady }.compactMap { pod in
          pod.conditions.first { $0.type == "Ready" }?.lastTransition ?? pod.created
        }.min()
      let outage = ready == 0 ? facts.shortages.outages.last { $0.isOngoing } : nil
      let down = outage.map { ", no ready endpoints, ongoing, \((facts.now - $0.from).brief)" } ?? ""
      return .init(
        "\(ready) of \(workload.desired) ready\(down)", since: facts.shortages.ongoingSince ?? since, status: ready == 0 ? .red : nil)
    },
    HealthRule("not-ready", .amber, [.pod], "A pod is running but not ready.") { facts in
      guard let pod = facts.running.first, pod.phase == "Running", !pod.isReady else { return nil }
      return .init("running, not ready", since: pod.conditions.first { $0.type == "Ready" }?.lastTransition)
    },
    HealthRule("probe-failing", .amber, "A probe failed within the last two minutes.") { facts in
      // The first failures of a pod that just started are how readiness is found out.
      let settled = facts.running.filter { pod in
        let age = facts.now - (pod.started ?? pod.created ?? facts.now)
        return age > .seconds(15)
      }
      let failing = facts.events.last { event in
        guard event.reason == "Unhealthy", let last = event.last, facts.now - last < .seconds(120) else { return false }
        return settled.contains { $0.uid == event.object.uid && (!$0.isReady || event.count >= 3) }
      }
      guard let event = failing else { return nil }
      return .init(event.message, since: event.first, status: event.message.hasPrefix("Liveness") ? .red : nil)
    },
    HealthRule("evicted-pods", .amber, "Pods that the kubelet evicted have not been deleted.") { facts in
      let evicted = facts.pods.filter { $0.phase == "Failed" && $0.reason == "Evicted" }
      guard let pod = evicted.last else { return nil }
      let what = evicted.count == 1 ? "evicted pod" : "\(evicted.count) evicted pods"
      let times = evicted.compactMap { pod -> Timestamp? in
        let ready = pod.conditions.first { $0.type == "Ready" }
        return ready?.lastTransition ?? pod.created
      }
      return .init("\(what): \(pod.message.trimmedSentence)", since: times.min())
    },
    HealthRule("flapping", .amber, "More than 3 unplanned restarts or reschedules per replica within a day.") { facts in
      let unplanned = facts.reschedules.filter {
        !$0.cause.isPlanned && ($0.change == .restarted || $0.change == .replaced || $0.change == .failed)
      }
      // What the ledger has not seen, the restart counts of young pods say.
      let counted = facts.pods.reduce(0) { sum, pod in
        // What a Job tries again is its own business.
        guard facts.workload?.kind.runsToCompletion != true, let created = pod.created, facts.now - created < .seconds(86_400) else {
          return sum
        }
        return sum + pod.restarts
      }
      let shutdowns = facts.reschedules.count { $0.change == .restarted && $0.evidence.contains(Reschedule.nodeShutdown) }
      let count = max(unplanned.count, counted - shutdowns)
      guard count > 3 * max(1, facts.desired) else { return nil }
      let byCause = Dictionary(grouping: unplanned, by: \.cause)
      let worst = byCause.max { ($0.value.count, $0.key.rawValue) < ($1.value.count, $1.key.rawValue) }
      let most = worst.map { ", mostly \($0.key.words)" } ?? ""
      return .init("\(count) unplanned restarts and reschedules in 24 h\(most)", since: unplanned.map(\.at).min())
    },
    HealthRule("stuck-terminating", .amber, "A pod is still terminating 60 s after its grace period.") { facts in
      let stuck = facts.pods.filter { pod in pod.deletionTimestamp.map { facts.now - $0 > .seconds(60) } ?? false }
      guard let pod = stuck.first else { return nil }
      return .init("\(pod.name) stuck in Terminating: its node or a finalizer holds it", since: pod.deletionTimestamp)
    },
    HealthRule(scaledToZero, .unknown, [.workload], "No replica is desired, so nothing runs and nothing answers: on purpose or not.") {
      facts in
      guard let workload = facts.workload, workload.kind.isScalable, !workload.kind.runsToCompletion, workload.desired == 0 else {
        return nil
      }
      let seen = workload.scalings.last { $0.to == 0 }
      let manager = seen?.manager ?? workload.scaled.flatMap { $0.isSubresource ? $0.manager : nil } ?? ""
      guard seen != nil || !manager.isEmpty else { return .init("0 replicas desired") }
      return .init("scaled to 0" + (manager.isEmpty ? "" : " by \(manager)"), since: seen?.at ?? workload.scaled?.at)
    },
  ]

  /// Grey like what is not known, but no lack of data.
  package static let scaledToZero = "scaled-to-zero"

  static let nodes: [HealthRule] = [
    HealthRule("node-not-ready", .red, [.node], "The condition Ready is False, or Unknown because the kubelet stopped posting it.") {
      facts in
      guard let ready = facts.condition("Ready") else { return .init("the kubelet has never posted a status") }
      guard ready.status != "True" else { return nil }
      let words = ready.status == "Unknown" ? "node lost: kubelet stopped posting node status" : "node not ready: \(ready.message)"
      return .init(words, since: ready.lastTransition)
    },
    HealthRule("memory-pressure", .amber, [.node], "The node is low on memory and evicts pods.") {
      pressure($0, "MemoryPressure", "memory")
    },
    HealthRule("disk-pressure", .amber, [.node], "The node is low on disk space and evicts pods.") { pressure($0, "DiskPressure", "disk") },
    HealthRule("pid-pressure", .amber, [.node], "The node is low on process ids.") { pressure($0, "PIDPressure", "PID") },
    HealthRule("network-unavailable", .red, [.node], "The node's network is not set up.") { facts in
      guard let condition = facts.condition("NetworkUnavailable"), condition.status == "True" else { return nil }
      return .init("network not set up: \(condition.message)", since: condition.lastTransition)
    },
  ]

  /// Why an image cannot be pulled: the container's own message says it while the kubelet tries, then only that it backs off; the event of
  /// the last attempt has the registry's words.
  private static func pullError(
    _ pod: Pod, _ container: Container, _ reason: String, _ message: String, _ events: [ClusterEvent]
  ) -> String {
    let event = events.last {
      $0.object.uid == pod.uid && $0.reason == "Failed" && ($0.container.isEmpty || $0.container == container.name)
        && $0.message.hasPrefix("Failed to pull image") && $0.message.contains(container.image)
    }
    let said = reason == "ErrImagePull" && !message.isEmpty ? message : event?.message ?? (message.hasPrefix("Back-off") ? "" : message)
    // `Failed to pull image "x": rpc error: code = NotFound desc = …`: what comes before the registry's own words is on the line already.
    for mark in [" desc = ", "\": "] {
      if let place = said.firstRange(of: mark) { return String(said[place.upperBound...]) }
    }
    return said
  }

  /// Between two starts the kubelet may leave the container's state at its end, and say only later that it waits.
  private static func backingOff(_ facts: HealthFacts) -> HealthRule.Finding? {
    for pod in facts.running where pod.restartPolicy != "Never" {
      for container in pod.containers where container.restartCount > 0 {
        guard case .terminated(let end) = container.state, end.exitCode != 0 || pod.restartPolicy == "Always" else { continue }
        return .init(
          named(container, of: pod) + "restarting, \(restarts(container))\(exitCode(end))",
          since: loopSince(facts, pod, end), status: container.restartCount > 1 ? nil : .amber)
      }
    }
    return nil
  }

  /// The first second of a crash loop, not its last restart. The kubelet waits 5 minutes at most and starts over after 10 in which the
  /// container ran, so restarts that are closer belong to one loop. Without a ledger: since the pod has not been ready, at least.
  private static func loopSince(_ facts: HealthFacts, _ pod: Pod, _ end: Container.Termination?) -> Timestamp? {
    let ready = pod.conditions.first { $0.type == "Ready" }
    let unready = ready?.status == "False" ? ready?.lastTransition : nil
    let first = facts.firstRestart(within: .seconds(900)) { $0.old?.uid == pod.uid && !$0.evidence.contains(Reschedule.nodeShutdown) }
    return [first, unready, end?.finished].compactMap { $0 }.min()
  }

  /// The container's name where its pod has several.
  private static func named(_ container: Container, of pod: Pod) -> String {
    container.isSidecar ? "native sidecar \(container.name): " : pod.containers.count > 1 ? "\(container.name): " : ""
  }

  private static func restarts(_ container: Container) -> String {
    "\(container.restartCount) restart\(container.restartCount == 1 ? "" : "s")"
  }

  /// `, OOMKilled (exit code 137)`: the reason first, for a row that is cut.
  private static func exitCode(_ end: Container.Termination) -> String {
    let code = "exit code \(end.exitCode)"
    return end.reason.isEmpty || end.reason == "Error" ? ", \(code)" : ", \(end.reason) (\(code))"
  }

  private static func pressure(_ facts: HealthFacts, _ type: String, _ what: String) -> HealthRule.Finding? {
    guard let condition = facts.condition(type), condition.status == "True" else { return nil }
    return .init("\(what) pressure\(condition.message.isEmpty ? "" : ": \(condition.message)")", since: condition.lastTransition)
  }
}

extension Reschedule.Cause {
  /// As people say it.
  package var words: String {
    switch self {
    case .rollout: "rollouts"
    case .scale: "scaling"
    case .deleted: "direct deletions"
    case .drain: "drains"
    case .eviction: "evictions"
    case .preemption: "preemptions"
    case .nodeLost: "lost nodes"
    case .oomKilled: "OOM kills"
    case .probe: "failed probes"
    case .crash: "crashes"
    case .completed: "completion"
    case .unknown: "of unknown cause"
    }
  }
}

extension String {
  /// Without the white space and full stop at its end.
  fileprivate var trimmedSentence: String {
    var rest = self[...]
    while let last = rest.last, last.isWhitespace || last == "." { rest = rest.dropLast() }
    return String(rest)
  }
}
