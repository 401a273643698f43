import ClusterModel
import Kubernetes
import Testing
import TimeFormat

@Suite struct HealthTests {
  /// The verdicts on the recording as they stood at a second of it.
  private func verdicts(at second: Double) throws -> [String: HealthVerdict] {
    let recording = try Recording()
    let now = recording.start + .milliseconds(Int64(second * 1000))
    var state = ClusterState(cluster: "real", at: recording.start)
    state.connection = .live(since: recording.start)
    var book = LedgerBook()
    for delta in recording.deltas where delta.at <= now {
      state.apply(delta)
      book.apply(delta)
    }
    let verdicts = HealthAssessment.verdicts(
      on: state.snapshot(), reschedules: book.sorted, shortages: book.shortages.values.flatMap { $0 }, now: now)
    #expect(verdicts.map(\.status) == verdicts.map(\.status).sorted(by: >))
    return Dictionary(uniqueKeysWithValues: verdicts.map { ("\($0.subject.display)", $0) })
  }

  private func rules(_ verdict: HealthVerdict?) -> Set<String> { Set((verdict?.reasons ?? []).map(\.rule)) }

  @Test func faultsAreSeenAndNamed() throws {
    let all = try verdicts(at: 125)
    #expect(all["Deployment/catalog"]?.status == .green)
    #expect(all["Deployment/catalog"]?.lastChange?.hasPrefix("image 1→2 14:04") == true, "\(all["Deployment/catalog"]?.lastChange ?? "")")
    #expect(all["Deployment/billing"]?.status == .green)
    #expect(all["Deployment/billing"]?.ready == 3)
    #expect(rules(all["Deployment/crasher"]).contains("crash-loop"))
    #expect(all["Deployment/crasher"]?.status == .red)
    #expect(rules(all["Deployment/memhog"]).isSuperset(of: ["oom-killed", "crash-loop"]))
    #expect(all["Deployment/memhog"]?.reasons.contains { $0.sentence.hasPrefix("OOM killed 3 times in 1 h, limit ") } == true)
    #expect(rules(all["Deployment/orders"]).contains("image-pull"))
    #expect(all["Node/node-1"]?.status == .green)
  }

  /// "since" is the first second of the fault: a crash loop's restarts do not move it, and downtime is the ledger's.
  @Test(arguments: [60.0, 75, 125, 250]) func sinceIsTheFirstSecondOfTheFault(second: Double) throws {
    let start = try LedgerReplayTests.recording.get().start
    let verdict = try #require(try verdicts(at: second)["Deployment/crasher"])
    let since = try #require(verdict.since)
    #expect(abs((since - start).seconds - 28) < 1, "\(since.rfc3339()) at \(second)")
    #expect(verdict.downSince != nil && verdict.downSince ?? since >= since)
    #expect(verdict.reasons.contains { $0.sentence.hasPrefix("0 of 1 ready, no ready endpoints, ongoing, ") })
    let count = try #require(verdict.downtimeSeconds)
    #expect(count > 5 && count < second - 24)
    let fine = try #require(try verdicts(at: second)["Deployment/billing"])
    #expect(fine.downSince == nil && fine.downtimeSeconds == 0)
  }

  @Test func aJobHasNoDowntime() throws {
    let job = try #require(try verdicts(at: 353)["Job/month-end"])
    #expect(job.downtimeSeconds == nil && job.capacityGapSeconds == nil)
  }

  /// The runs of a CronJob are one workload, whose last run that ended says how it is.
  @Test(arguments: [true, false]) func runsOfACronJobAreOneWorkload(isLastGood: Bool) throws {
    let now = Timestamp(seconds: 1_800_000_000)
    let owner = ObjectReference(kind: "CronJob", namespace: "n", name: "backup", uid: "cron")
    let runs = (1...3).map { number in
      var job = Workload(
        reference: ObjectReference(kind: "Job", namespace: "n", name: "backup-\(number)", uid: "job-\(number)"), controller: owner,
        desired: 1,
        created: now - .seconds(Int64(4 - number) * 3600))
      let hasFailed = number == 1 || number == 2 && !isLastGood
      if number < 3 {
        job.conditions = [Condition(type: hasFailed ? "Failed" : "Complete", status: "True", reason: "BackoffLimitExceeded")]
      }
      return job
    }
    let cronJob = Workload(reference: owner, desired: 0, created: now - .seconds(90_000))
    let other = Workload(
      reference: ObjectReference(kind: "Job", namespace: "n", name: "once", uid: "once"),
      controller: ObjectReference(kind: "Workflow", namespace: "n", name: "w", uid: "w"), desired: 1, created: now)
    var pod = Pod(
      namespace: "n", name: "backup-3-x", uid: "p", node: "n1", phase: "Running", created: now,
      containers: [Container(name: "c", image: "i")])
    pod.controller = runs[2].reference
    let snapshot = ClusterSnapshot(
      cluster: "c", at: now, pods: [pod], workloads: runs + [cronJob, other], connection: .live(since: now))
    let verdicts = HealthAssessment.verdicts(on: snapshot, reschedules: [], now: now)
    #expect(Set(verdicts.map(\.subject.display)) == ["CronJob/backup", "Job/once"])
    let verdict = try #require(verdicts.first { $0.subject == owner })
    #expect(verdict.status == (isLastGood ? .green : .red))
    #expect(verdict.desired == 1 && verdict.ready == 0)
    if !isLastGood { #expect(verdict.reasons.first?.sentence == "the last run that ended, backup-2, failed: BackoffLimitExceeded") }
  }

  @Test func aCrashingSidecarIsNoInitContainerThatFails() throws {
    let now = Timestamp(seconds: 1_800_000_000)
    var proxy = Container(
      name: "proxy", image: "envoy", restartCount: 4, state: .waiting(reason: "CrashLoopBackOff", message: ""),
      lastTermination: .init(reason: "Error", exitCode: 139, finished: now))
    proxy.isSidecar = true
    var pod = Pod(
      namespace: "n", name: "app-1", uid: "p", node: "n1", phase: "Running", created: now,
      containers: [Container(name: "main", image: "i", state: .running(since: now))])
    pod.initContainers = [proxy]
    let snapshot = ClusterSnapshot(cluster: "c", at: now, pods: [pod], connection: .live(since: now))
    let verdict = try #require(HealthAssessment.verdicts(on: snapshot, reschedules: [], now: now).first)
    #expect(verdict.reasons.first?.sentence == "native sidecar proxy: CrashLoopBackOff, 4 restarts, exit code 139")
    #expect(!rules(verdict).contains("init-failed"))
  }

  /// Nobody lists an operator's own kinds: what they own is judged by itself, and only by its own cluster's ledger.
  @Test func whatAnUnknownKindOwnsIsJudged() throws {
    let now = try #require(Timestamp(rfc3339: "2018-01-22T14:04:11Z"))
    let reference = ObjectReference(kind: "StatefulSet", namespace: "mon", name: "prometheus", uid: "set")
    var pod = Pod(
      namespace: "mon", name: "prometheus-0", uid: "u1", node: "n1", phase: "Running", created: now - .seconds(7200),
      containers: [Container(name: "main", image: "i")])
    pod.controller = reference
    let set = Workload(
      reference: reference, controller: ObjectReference(kind: "Prometheus", namespace: "mon", name: "main", uid: "cr"), desired: 1,
      created: now - .seconds(7200))
    let snapshot = ClusterSnapshot(cluster: "staging", at: now, pods: [pod], workloads: [set], connection: .live(since: now))
    let elsewhere = (0..<9).map {
      Reschedule(
        key: "\($0)", at: now - .seconds(60), cluster: "ground", namespace: "mon", workload: "StatefulSet/prometheus", change: .restarted,
        cause: .oomKilled)
    }
    let verdict = try #require(HealthAssessment.verdicts(on: snapshot, reschedules: elsewhere, now: now).first)
    #expect(verdict.subject == reference)
    #expect(verdict.status == .red && rules(verdict) == ["unavailable-replicas"], "\(verdict.reasons)")
  }

  /// Ready now, but restarted again and again: never green.
  @Test func habitDoesNotMakeItGreen() throws {
    let all = try verdicts(at: 113)
    #expect(all["Deployment/deaf"]?.ready == 1)
    #expect(all["Deployment/deaf"]?.status != .green)
    #expect(rules(all["Deployment/deaf"]).contains("flapping"))
  }

  /// A laptop that is shut down every evening does not make its workloads flap.
  @Test(arguments: [true, false]) func plannedShutdownsAreNoUnrest(isPlanned: Bool) throws {
    let now = try #require(Timestamp(rfc3339: "2018-01-22T14:04:11Z"))
    var container = Container(name: "main", image: "i")
    container.restartCount = 5
    container.state = .running(since: now)
    var pod = Pod(
      namespace: "shop", name: "orders-1", uid: "u1", node: "n1", phase: "Running", created: now - .seconds(7200),
      conditions: [Condition(type: "Ready", status: "True")], containers: [container])
    let orders = ObjectReference(kind: "ReplicaSet", namespace: "shop", name: "orders", uid: "set")
    pod.controller = orders
    let snapshot = ClusterSnapshot(
      cluster: "ground", at: now, pods: [pod], workloads: [Workload(reference: orders, desired: 1, created: now - .seconds(7200))],
      connection: .live(since: now))
    let entries = (1...5).map { number in
      Reschedule(
        key: "\(number)", at: now - .seconds(600 * number), cluster: "ground", namespace: "shop", workload: "ReplicaSet/orders",
        change: .restarted, cause: isPlanned ? .completed : .crash, evidence: isPlanned ? [Reschedule.nodeShutdown] : [])
    }
    let verdict = HealthAssessment.verdicts(on: snapshot, reschedules: entries, now: now).first
    #expect(rules(verdict).contains("flapping") != isPlanned)
    #expect(verdict?.status == (isPlanned ? .green : .amber))
  }

  @Test func nodesPodsAndEvictions() throws {
    let evicted = try verdicts(at: 175)
    #expect(rules(evicted["Pod/scratch-filler"]).contains("evicted-pods"))
    #expect(rules(evicted["Deployment/greedy"]).contains("pending"))
    #expect(evicted["Deployment/greedy"]?.reasons.contains { $0.sentence.contains("Insufficient cpu") } == true)
    let lost = try verdicts(at: 258)
    #expect(lost["Node/node-2"]?.status == .red)
    #expect(lost["Deployment/catalog"]?.status == .red)
    let done = try verdicts(at: 360)
    #expect(done["Job/month-end"]?.status == .green)
  }

  @Test func staleIsGreyAndNeverGreen() throws {
    let recording = try Recording()
    var state = ClusterState(cluster: "real", at: recording.start)
    for delta in recording.deltas where delta.at <= recording.start + .seconds(50) { state.apply(delta) }
    state.connection = .stale(since: recording.start, reason: "nothing listens at https://x", retryAt: nil)
    let verdicts = HealthAssessment.verdicts(on: state.snapshot(), reschedules: [], now: recording.start + .seconds(60))
    #expect(!verdicts.isEmpty)
    #expect(verdicts.allSatisfy { $0.status == .unknown && $0.reasons.first?.rule == "silent" })
  }

  @Test func rulesHaveTheirOwnNamesAndMeanings() {
    #expect(Set(HealthRules.all.map(\.name)).count == HealthRules.all.count)
    #expect(HealthRules.all.allSatisfy { $0.meaning.hasSuffix(".") })
  }

  /// Who and when are those of the change that is named, and it is the last one.
  @Test func whatChangedLastHasItsOwnTime() throws {
    func at(_ time: String) throws -> Timestamp { try #require(Timestamp(rfc3339: "2026-01-01T\(time)Z")) }
    let owner = ObjectReference(kind: "Deployment", namespace: "n", name: "web", uid: "u")
    func set(_ revision: Int, _ image: String, _ time: String) throws -> Workload {
      Workload(
        reference: ObjectReference(kind: "ReplicaSet", namespace: "n", name: "web-\(revision)", uid: "s\(revision)"), controller: owner,
        image: image, desired: 0, revision: "\(revision)", created: try at(time))
    }
    var workload = Workload(reference: owner, desired: 1, created: try at("10:00:00"))
    func words(_ sets: [Workload], now: String = "11:00:00") throws -> String? {
      let moment = try at(now)
      let snapshot = ClusterSnapshot(cluster: "c", at: moment, workloads: [workload] + sets, connection: .live(since: moment))
      return HealthAssessment.verdicts(on: snapshot, reschedules: [], now: moment).first { $0.subject.kind == "Deployment" }?.lastChange
    }
    let first = try set(1, "web:1", "10:00:00")
    let second = try set(2, "web:2", "10:10:00")
    // A rollout by one, and a label by another an hour later.
    let rollout = Workload.Change(manager: "jenkins", at: try at("10:10:00"), operation: "Update")
    workload.templateChanges = [rollout]
    workload.lastChange = rollout
    #expect(try words([first, second]) == "image 1→2 10:10 jenkins")
    workload.lastChange = Workload.Change(manager: "helm", at: try at("10:40:00"), operation: "Apply")
    #expect(try words([first, second]) == "changed 10:40 helm")
    // Undone: the old set has the new number and its old age.
    let undo = Workload.Change(manager: "kubectl", at: try at("10:20:00"), operation: "Update")
    workload.templateChanges = [rollout, undo]
    workload.lastChange = undo
    let back = try set(3, "web:1", "10:00:00")
    #expect(try words([second, back]) == "image 2→1 10:20 kubectl")
    // Then scaled, with no change of the template.
    workload.scalings = [Workload.Scaling(from: 1, to: 3, at: try at("10:30:00"), manager: "keda")]
    workload.lastChange = Workload.Change(manager: "keda", at: try at("10:30:00"), operation: "Update")
    #expect(try words([second, back]) == "scaled 1→3 10:30 keda")
  }

  @Test func whatChangedOnAnotherDaySaysTheDay() throws {
    let at = try #require(Timestamp(rfc3339: "2026-01-01T10:00:00Z"))
    let workload = Workload(reference: ObjectReference(kind: "Deployment", namespace: "n", name: "web", uid: "u"), desired: 0, created: at)
    let now = at + .seconds(3 * 86_400)
    let snapshot = ClusterSnapshot(cluster: "c", at: now, workloads: [workload], connection: .live(since: now))
    #expect(HealthAssessment.verdicts(on: snapshot, reschedules: [], now: now).first?.lastChange == "created 01-01 10:00")
  }

  /// No fault, and not green either: it answers nothing.
  @Test func scaledToZeroIsGreyWithWhoAndWhen() {
    let at = Timestamp(seconds: 1_800_000_000)
    var workload = Workload(reference: ObjectReference(kind: "Deployment", namespace: "n", name: "off", uid: "u"), desired: 0)
    func verdict() -> HealthVerdict? {
      let snapshot = ClusterSnapshot(cluster: "c", at: at, workloads: [workload], connection: .live(since: at))
      return HealthAssessment.verdicts(on: snapshot, reschedules: [], now: at).first
    }
    #expect(verdict()?.status == .unknown && verdict()?.reasons.map(\.sentence) == ["0 replicas desired"])
    workload.scaled = Workload.ReplicasOwner(manager: "kubectl")
    #expect(verdict()?.reasons.map(\.sentence) == ["scaled to 0 by kubectl"] && verdict()?.since == nil)
    workload.scalings = [Workload.Scaling(from: 3, to: 0, at: at - .seconds(90), manager: "keda-operator")]
    #expect(verdict()?.reasons.map(\.sentence) == ["scaled to 0 by keda-operator"] && verdict()?.since == at - .seconds(90))
    // A suspended CronJob and a Job that is done have no replicas to desire.
    for kind in ["Job", "CronJob", "DaemonSet"] {
      workload = Workload(reference: ObjectReference(kind: kind, namespace: "n", name: "off", uid: "u"), desired: 0)
      #expect(verdict()?.status == .green, "\(kind)")
    }
  }
}
