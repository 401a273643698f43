import ClusterModel
import Console
import JSONBytes
import Kubernetes
import MigrationPlan
import Synchronization
import TelemetryModel
import TimeFormat

/// Three clusters at 14:04:11 on a day in January, as the design's sketches have them.
enum Fixture {
  static let now = Timestamp(rfc3339: "2018-01-22T14:04:11Z")!
  static func at(_ time: String) -> Timestamp { Timestamp(rfc3339: "2018-01-22T\(time)Z")! }

  // MARK: Clusters

  static func deployment(_ name: String, _ namespace: String = "shop") -> ObjectReference {
    ObjectReference(kind: "Deployment", namespace: namespace, name: name, uid: "uid-\(name)")
  }

  private static func verdict(
    _ cluster: String, _ name: String, _ status: HealthVerdict.Status, _ ready: Int, _ desired: Int, reasons: [HealthVerdict.Reason] = [],
    since: Timestamp? = nil, change: String? = nil
  ) -> HealthVerdict {
    HealthVerdict(
      subject: deployment(name), cluster: cluster, status: status, reasons: reasons, since: since, lastChange: change, ready: ready,
      desired: desired)
  }

  static func verdicts(_ cluster: String) -> [HealthVerdict] {
    switch cluster {
    case "prd-fra":
      return [
        verdict(
          cluster, "reports", .red, 1, 3,
          reasons: [
            .init(rule: "oom-killed", status: .red, sentence: "OOM killed 7 times in 1 h, limit 64 Mi", since: at("03:12:00")),
            .init(rule: "unavailable", status: .amber, sentence: "1 of 3 ready for 11 min", since: at("13:53:00")),
          ], since: at("03:12:00"), change: "image 1.4.2→1.4.3 02:58 jenkins"),
        verdict(
          cluster, "orders", .amber, 3, 3,
          reasons: [.init(rule: "churn", status: .amber, sentence: "restarted 41 times today, ready now", since: at("09:40:00"))],
          since: at("09:40:00"), change: "scaled 2→3 by team-shop"),
      ]
        + [("catalog", 6), ("ledger", 2), ("billing", 3), ("ingress", 2), ("auth", 4), ("pricing", 2)].map {
          verdict(cluster, $0.0, .green, $0.1, $0.1)
        }
    case "prd-sin":
      return ["catalog", "orders", "billing", "ledger", "reports", "auth"].map { name in
        verdict(
          cluster, name, .unknown, 2, 2, reasons: [.init(rule: "silent", status: .unknown, sentence: "no data since 14:03:30, green then")])
      }
    default:
      return [
        verdict(
          cluster, "checkout", .amber, 0, 1,
          reasons: [
            .init(rule: "pending", status: .amber, sentence: "pending 6 min: insufficient cpu on 3 of 3 nodes", since: at("13:58:00"))
          ],
          since: at("13:58:00"), change: "scaled 0→1 by team-pay")
      ] + (1...17).map { verdict(cluster, "service-\($0)", .green, 1, 1) }
    }
  }

  static func pod(_ name: String, owner: String, node: String, restarts: Int, ready: Bool, ended: String?) -> Pod {
    Pod(
      namespace: "shop", name: name, uid: "uid-\(name)", node: node, phase: "Running", ip: "10.0.0.7", created: at("03:00:00"),
      started: at("03:00:02"),
      labels: ["app": owner],
      controller: ObjectReference(kind: "ReplicaSet", namespace: "shop", name: "\(owner)-7f7b8", uid: "uid-\(owner)-7f7b8"),
      conditions: [
        Condition(
          type: "Ready", status: ready ? "True" : "False", reason: ready ? "" : "ContainersNotReady",
          message: ready ? "" : "containers with unready status: [\(owner)]")
      ],
      containers: [
        Container(
          name: owner, image: "registry.acme/\(owner):1.4.3", isReady: ready, restartCount: restarts,
          state: ready ? .running(since: at("13:00:00")) : .waiting(reason: "CrashLoopBackOff", message: "back-off 40s restarting"),
          lastTermination: ended.map { .init(reason: "OOMKilled", exitCode: 137, finished: at($0)) }, requestMilliCPU: 50,
          limitMilliCPU: 200,
          requestMemory: 32 << 20, limitMemory: 64 << 20)
      ])
  }

  static func node(_ name: String, cordoned: Bool = false, memoryPressure: Bool = false, taints: [Taint] = []) -> Node {
    let since = at("09:15:00")
    var node = Node(
      name: name, isUnschedulable: cordoned, taints: taints,
      conditions: [
        Condition(
          type: "MemoryPressure", status: memoryPressure ? "True" : "False",
          reason: memoryPressure ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
          message: "kubelet has \(memoryPressure ? "insufficient" : "sufficient") memory available",
          lastTransition: memoryPressure ? at("13:52:00") : since),
        Condition(
          type: "DiskPressure", status: "False", reason: "KubeletHasNoDiskPressure", message: "kubelet has no disk pressure",
          lastTransition: since),
        Condition(
          type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status", lastTransition: since),
      ], created: now - .seconds(41 * 86_400), kubeletVersion: "v1.29.4", allocatableMilliCPU: 3920, allocatableMemory: 15 << 30)
    node.allocatablePods = 110
    guard cordoned else { return node }
    node.unschedulableChange = .init(manager: "kubectl", at: at("13:51:00"), operation: "Update")
    node.taints.append(Taint(key: Taint.unschedulable, effect: "NoSchedule", timeAdded: at("13:51:00")))
    return node
  }

  /// A pod of another team, for what it requests.
  static func guest(
    _ name: String, of kind: String, _ owner: String, node: String, milliCPU: Int64, mebibytes: Int64,
    change: (inout Pod) -> Void = { _ in }
  ) -> Pod {
    var pod = Pod(
      namespace: "platform", name: name, uid: "uid-\(name)", node: node, phase: "Running", created: at("09:20:00"),
      controller: ObjectReference(kind: kind, namespace: "platform", name: owner, uid: "uid-\(owner)"),
      conditions: [Condition(type: "Ready", status: "True")],
      containers: [
        Container(
          name: "main", image: "registry.acme/\(owner):2.0", isReady: true, state: .running(since: at("09:20:05")),
          requestMilliCPU: milliCPU, requestMemory: mebibytes << 20)
      ])
    change(&pod)
    return pod
  }

  static func snapshot(_ cluster: String) -> ClusterSnapshot {
    var snapshot = ClusterSnapshot(cluster: cluster, at: now - .seconds(1), connection: .live(since: at("08:00:00")))
    switch cluster {
    case "prd-fra":
      snapshot.nodes = .init(
        (1...7).map { number in
          node(
            "node-\(number)", cordoned: number == 7, memoryPressure: number == 2,
            taints: number == 3 ? [Taint(key: "dedicated", value: "batch", effect: "NoSchedule")] : [])
        })
      let workloads = ["reports", "orders", "catalog", "ledger", "billing"].flatMap { name -> [Workload] in
        let owner = deployment(name)
        func set(_ hash: String, _ image: String, _ created: String, _ revision: String) -> Workload {
          var set = Workload(
            reference: ObjectReference(kind: "ReplicaSet", namespace: "shop", name: "\(name)-\(hash)", uid: "uid-\(name)-\(hash)"),
            controller: owner,
            image: image, desired: 3, revision: revision, created: at(created))
          set.template = PodTemplate(json: #"{"spec":{"containers":[{"name":"\#(name)","image":"\#(image)"}]}}"#)
          return set
        }
        let release = Workload.Change(manager: "jenkins", at: at("02:58:00"), operation: "Update")
        var top = Workload(reference: owner, image: "registry.acme/\(name):1.4.3", desired: 3, ready: 1, lastChange: release)
        top.templateChanges = [release]
        top.scalings = name == "reports" ? [.init(from: 2, to: 3, at: at("09:15:00"), manager: "kubectl")] : []
        return [
          top,
          set("5c9d1", "registry.acme/\(name):1.4.2", "01:00:00", "6"),
          set("7f7b8", "registry.acme/\(name):1.4.3", "02:58:00", "7"),
        ]
      }
      snapshot.workloads = .init(workloads)
      snapshot.pods = [
        pod("reports-7f7b8-4ftrr", owner: "reports", node: "node-2", restarts: 12, ready: false, ended: "14:03:31"),
        pod("reports-7f7b8-5jv2d", owner: "reports", node: "node-1", restarts: 3, ready: true, ended: "12:04:00"),
        pod("reports-7f7b8-xk20c", owner: "reports", node: "node-3", restarts: 9, ready: false, ended: "13:59:40"),
        pod("orders-7f7b8-4ftrr", owner: "orders", node: "node-2", restarts: 14, ready: true, ended: nil),
        guest("cache-0", of: "StatefulSet", "cache", node: "node-2", milliCPU: 2500, mebibytes: 13_312),
        guest("search-0", of: "StatefulSet", "search", node: "node-1", milliCPU: 3000, mebibytes: 6144),
        guest("index-8c4d9-evkcq", of: "ReplicaSet", "index-8c4d9", node: "node-2", milliCPU: 500, mebibytes: 2048) { pod in
          (pod.phase, pod.reason, pod.conditions) = ("Failed", "Evicted", [])
        },
        guest("index-8c4d9-x7p2m", of: "ReplicaSet", "index-8c4d9", node: "node-7", milliCPU: 500, mebibytes: 2048) { pod in
          pod.deletionTimestamp = now
        },
        guest("node-exporter-2kd8x", of: "DaemonSet", "node-exporter", node: "node-7", milliCPU: 100, mebibytes: 64),
        guest("node-exporter-w91hz", of: "DaemonSet", "node-exporter", node: "node-2", milliCPU: 100, mebibytes: 64),
      ]
      snapshot.events = [
        ClusterEvent(
          uid: "e1", namespace: "shop", object: ObjectReference(kind: "Pod", namespace: "shop", name: "reports-7f7b8-4ftrr"),
          type: "Warning",
          reason: "BackOff", message: "Back-off restarting failed container", count: 17, first: at("13:00:00"), last: at("14:03:50")),
        ClusterEvent(
          uid: "e2", namespace: "shop", object: ObjectReference(kind: "Pod", namespace: "shop", name: "reports-7f7b8-4ftrr"),
          type: "Normal",
          reason: "Pulled", message: "Container image \"reports:1.4.3\" already present on machine", last: at("14:03:30")),
      ]
    case "prd-sin":
      snapshot.at = at("14:03:30")
      snapshot.connection = .stale(since: at("14:03:30"), reason: "connection refused", retryAt: at("14:04:19"))
      snapshot.nodes = .init((1...3).map { node("sin-\($0)") })
    default: snapshot.nodes = .init((1...3).map { node("dev-\($0)") })
    }
    return snapshot
  }

  // MARK: Records

  /// The source that holds them.
  static let source = "store"
  static func id(_ number: Int64) -> RecordID { RecordID(number, of: source) }

  static let requestID = "9f3c1e07-4b1d-4c7e-9a52-0d5f6f2f8a11"

  static func record(
    _ id: Int64, _ time: String, _ level: LogLevel, _ service: String, _ pod: String, _ message: String, _ extra: String = "",
    requestID: String = requestID
  ) -> LogRecord {
    let raw =
      #"{"@timestamp":"2018-01-22T\#(time)Z","logLevel":"\#(level.word)","logMessage":"\#(message)","logRequestId":"\#(requestID)","logServiceName":"\#(service)"\#(extra)}"#
    return LogRecord(
      id: self.id(id), at: at(time), level: level, service: service, message: message, requestID: requestID, traceID: nil,
      origin: LogOrigin(cluster: "prd-fra", namespace: "shop", pod: pod, podUID: "uid-\(pod)", container: service), raw: Array(raw.utf8))
  }

  static let records: [LogRecord] = [
    record(
      1, "14:03:02.121", .info, "orders", "orders-7f7b8-4ftrr", "order requested",
      #","logCategory":"apiRequest","reqVerb":"POST","reqPath":"/orders","customerId":4711"#),
    record(
      2, "14:03:02.140", .info, "catalog", "catalog-6d-bcjp2", "price requested",
      #","logCategory":"apiRequest","reqVerb":"GET","reqPath":"/catalog/items/12""#),
    record(
      3, "14:03:02.168", .info, "catalog", "catalog-6d-bcjp2", "price looked up",
      #","logCategory":"apiResponse","reqStatusCode":200,"reqDurationMicros":28000,"item":12"#),
    record(4, "14:03:02.171", .info, "orders", "orders-7f7b8-4ftrr", "order placed, message published", #","orderId":"o-77""#),
    record(5, "14:03:02.318", .warn, "ledger", "ledger-77-q9s2d", "retrying after timeout", #","attempt":1"#),
    record(
      6, "14:03:02.519", .info, "orders", "orders-7f7b8-4ftrr", "order answered",
      #","logCategory":"apiResponse","reqStatusCode":201,"reqDurationMicros":398000"#),
    record(7, "14:03:04.020", .info, "ledger", "ledger-77-m31aa", "ledger entry written (redelivered)", #","entries":1"#),
  ]

  /// What reports said before it was killed.
  static let lastWords: [LogRecord] = ["report requested", "report 2281 rows loaded", "rendering"].enumerated().map { index, message in
    record(Int64(50 + index), "13:5\(index):21.402", .info, "reports", "reports-7f7b8-4ftrr", message, requestID: "7be1a9c2")
  }

  static let noise: [LogRecord] = (0..<40).map { index in
    var entry = record(
      Int64(100 + index), "14:0\(index / 20):\(10 + index % 20).500", index % 9 == 0 ? .error : .debug, "catalog", "catalog-6d-bcjp2",
      "cache entry \(index) refreshed")
    entry.requestID = nil
    return entry
  }

  static let lifecycle: [PodLifecycleEvent] = [
    PodLifecycleEvent(
      kind: "containerEnded", at: at("14:03:02.391"), cluster: "prd-fra", namespace: "shop", pod: "ledger-77-q9s2d",
      podUID: "uid-ledger-77-q9s2d",
      node: "node-2", detail: "OOM killed (137)"),
    PodLifecycleEvent(
      kind: "ready", at: at("14:03:03.900"), cluster: "prd-fra", namespace: "shop", pod: "ledger-77-m31aa", podUID: "uid-ledger-77-m31aa",
      node: "node-1",
      detail: "ready on node-1"),
    PodLifecycleEvent(
      kind: "created", at: at("03:00:00"), cluster: "prd-fra", namespace: "shop", pod: "orders-7f7b8-4ftrr",
      podUID: "uid-orders-7f7b8-4ftrr",
      node: "node-2", detail: "created"),
    PodLifecycleEvent(
      kind: "created", at: at("03:00:00"), cluster: "prd-fra", namespace: "shop", pod: "catalog-6d-bcjp2", podUID: "uid-catalog-6d-bcjp2",
      node: "node-3",
      detail: "created"),
  ]

  // MARK: The ledger

  static let reschedules: [Reschedule] = {
    var entries: [Reschedule] = []
    func add(
      _ ago: Int, _ workload: String, _ change: Reschedule.Change, _ cause: Reschedule.Cause, _ old: String, _ new: String?, gap: Double?,
      exit: Int? = nil, _ evidence: String
    ) {
      let at = now - .seconds(ago)
      entries.append(
        Reschedule(
          key: "\(workload)-\(entries.count)", at: at, cluster: "prd-fra", namespace: "shop", workload: "Deployment/\(workload)",
          change: change, cause: cause,
          old: .init(name: "\(workload)-7f7b8-\(old)", uid: "uid-\(old)", node: "node-7"),
          new: new.map { .init(name: "\(workload)-7f7b8-\($0)", uid: "uid-\($0)", node: "node-1") },
          container: change == .restarted ? workload : nil,
          exitCode: exit, downtimeSeconds: gap, capacityGapSeconds: gap.map { $0 * 2 }, evidence: [evidence]))
    }
    for index in 0..<97 {
      add(86_000 - index * index * 9, "reports", .restarted, .oomKilled, "4ftrr", nil, gap: 0, exit: 137, "lastState OOMKilled")
    }
    for index in 0..<41 {
      add(360 + index * 700, "orders", .restarted, .probe, "9kk2s", nil, gap: 0.3, exit: 143, "event Unhealthy: Liveness probe failed")
    }
    for index in 0..<6 {
      add(40_000 + index * 20, "billing", .replaced, .rollout, "aaaa\(index)", "bbbb\(index)", gap: 0, "ReplicaSet 6 → 7")
    }
    add(751, "reports", .replaced, .drain, "xdkt7", "5jv2d", gap: 14, "EvictionByEvictionAPI")
    return entries.sorted { $0.at < $1.at }
  }()

  static let gaps = [LedgerGap(cluster: "prd-fra", from: at("02:10:00"), to: at("02:14:00"), reason: "recorder restarted")]

  static let sources = [
    SourceStatus(name: "k8s", cluster: "prd-fra", connectedSince: at("08:00:00"), currentAt: now - .milliseconds(200), recordsIn: 81_234),
    SourceStatus(name: "k8s", cluster: "prd-sin", currentAt: at("14:03:30"), lastError: "connection refused"),
    SourceStatus(name: "k8s", cluster: "dev-fra", connectedSince: at("08:00:00"), currentAt: now - .milliseconds(300)),
    SourceStatus(
      name: "logs", cluster: "prd-fra", connectedSince: at("08:00:00"), currentAt: now - .milliseconds(400), recordsIn: 2_812_771),
  ]

  // MARK: The plan

  static let evidence: [Evidence] = ["logging.records-valid", "logging.id-echoed", "logging.id-at-every-hop", "logging.one-completion"]
    .enumerated().map {
      Evidence(
        check: $0.element, subject: "ground", cluster: "ground", outcome: $0.offset == 3 ? .fail : .pass, grade: .exercised,
        observed: $0.offset == 3 ? "1 of 200 requests has two completion records" : "200 of 200 records valid", query: "logs since:10m",
        source: "store",
        at: now - .seconds(240))
    }

  static func voyage() -> Voyage? {
    let text = PlanTemplate.text(name: "Acme platform migration", start: Timestamp(rfc3339: "2018-01-08T00:00:00Z")!)
    let parsed = PlanParser.parse(text, file: "plan.yaml")
    return parsed.plan.map { Voyage($0, evidence: evidence, reveals: [], now: now) }
  }
}
