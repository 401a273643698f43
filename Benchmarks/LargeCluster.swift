import GroundAPI
import JSONBytes
import KubernetesClient
import StateDirectory
import TestSupport
import TimeFormat

/// A cluster of 20,000 pods behind the ground's own API, whose pods change all the time.
///
/// 2,000 Deployments of ten pods each with their ReplicaSets, 50 namespaces, 200 nodes; one Deployment in fifty is not well.
final class LargeCluster: Sendable {
  static let deployments = 2000
  static let replicas = 10
  static let pods = deployments * replicas
  /// Pod changes a second: each pod every 100 s.
  static let churn = 200

  let store: ObjectStore
  let home: Home
  private static let token = "benchmarkbenchmarkbenchmarkbenchmark"

  init(_ bench: Workbench, home name: String) throws {
    home = try bench.home(name)
    store = try ObjectStore(path: nil, now: LargeCluster.now)
    try fill()
  }

  static let now = KubernetesAPI.wallClock

  /// The name of its context.
  static let name = "large"
  /// Where its kubeconfig lies while it is served.
  var kubeconfig: String { "\(home.path)/large.kubeconfig" }

  /// Serves the cluster while `body` runs.
  func serve<Value: Sendable>(_ body: @Sendable @escaping () async throws -> Value) async throws -> Value {
    let (ports, told) = AsyncStream<Int>.makeStream()
    let certificate = try ServerCertificate.make(now: WallClock.now())
    let server = GroundServer(store: store, token: Self.token, certificate: certificate, port: 0) { told.yield($0) }
    let serving = Task { try await server.run() }
    defer { serving.cancel() }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else { throw NotMeasured("the cluster's API did not start") }
    try Files.write(GroundServer.kubeconfig(port: port, token: Self.token, certificate: certificate, name: Self.name), to: kubeconfig)
    let changing = Task { try await change() }
    defer { changing.cancel() }
    return try await body()
  }

  // MARK: Content

  private static func namespace(_ deployment: Int) -> String { "team-\(deployment % 50)" }
  private static func podName(_ deployment: Int, _ replica: Int) -> String { "service-\(deployment)-6d4cf56db9-\(replica)x7k2" }

  private func fill() throws {
    for index in 0..<50 { try store.create(.namespaces, ["metadata": ["name": .string("team-\(index)")]], by: "bench") }
    for index in 0..<200 {
      try store.create(.nodes, ["metadata": ["name": .string("node-\(index)")]], by: "bench")
      try store.update(.nodes, name: "node-\(index)", subresource: "status", by: "bench") { node in
        node.set("status", "conditions", to: [["type": "Ready", "status": "True", "reason": "KubeletReady", "message": "ready"]])
      }
    }
    for deployment in 0..<Self.deployments { try fill(deployment) }
  }

  private func fill(_ deployment: Int) throws {
    let namespace = JSONValue.string(Self.namespace(deployment))
    let app = "service-\(deployment)"
    let labels: JSONValue = ["app.kubernetes.io/name": .string(app), "pod-template-hash": "6d4cf56db9"]
    let template: JSONValue = ["metadata": ["labels": labels], "spec": Self.podSpec(app)]
    let spec: JSONValue = ["replicas": .int(Int64(Self.replicas)), "selector": ["matchLabels": labels], "template": template]
    let made = try store.create(.deployments, ["metadata": ["name": .string(app), "namespace": namespace], "spec": spec], by: "bench")
    let set = try store.create(
      .replicaSets,
      [
        "metadata": [
          "name": .string("\(app)-6d4cf56db9"), "namespace": namespace, "labels": labels, "ownerReferences": Self.owner(made, "Deployment"),
        ],
        "spec": spec,
      ], by: "bench")
    let isWell = deployment % 50 != 0
    for replica in 0..<Self.replicas {
      let name = Self.podName(deployment, replica)
      var podSpec = Self.podSpec(app)
      podSpec["nodeName"] = .string("node-\((deployment + replica * 7) % 200)")
      try store.create(
        .pods,
        [
          "metadata": ["name": .string(name), "namespace": namespace, "labels": labels, "ownerReferences": Self.owner(set, "ReplicaSet")],
          "spec": podSpec,
        ], by: "bench")
      try store.update(.pods, namespace: Self.namespace(deployment), name: name, subresource: "status", by: "bench") { pod in
        pod["status"] = Self.status(app, isReady: isWell || replica > 0, restarts: isWell ? 0 : 5, beat: 0)
      }
    }
  }

  private static func owner(_ object: JSONValue, _ kind: String) -> JSONValue {
    [
      [
        "apiVersion": "apps/v1", "kind": .string(kind), "name": object.at("metadata", "name") ?? "",
        "uid": object.at("metadata", "uid") ?? "",
        "controller": true, "blockOwnerDeletion": true,
      ]
    ]
  }

  private static func podSpec(_ app: String) -> JSONValue {
    let probe: JSONValue = ["httpGet": ["path": "/healthz/readiness", "port": 8081], "periodSeconds": 5]
    return [
      "containers": [
        [
          "name": .string(app), "image": .string("registry.local/\(app):1.4.2"), "ports": [["containerPort": 8080]],
          "resources": ["requests": ["cpu": "100m", "memory": "64Mi"], "limits": ["memory": "128Mi"]],
          "env": [["name": "LOG_LEVEL", "value": "INFO"], ["name": "REGION", "value": "fra"]], "readinessProbe": probe,
        ]
      ]
    ]
  }

  private static func status(_ app: String, isReady: Bool, restarts: Int, beat: Int) -> JSONValue {
    let ready: JSONValue = isReady ? "True" : "False"
    let started: JSONValue = "2018-01-22T14:00:00Z"
    return [
      "phase": "Running", "podIP": .string("10.0.\(beat % 250).7"), "startTime": started,
      "conditions": [
        ["type": "PodScheduled", "status": "True", "lastTransitionTime": started],
        ["type": "Ready", "status": ready, "lastTransitionTime": started],
        ["type": "ContainersReady", "status": ready, "lastTransitionTime": started],
      ],
      "containerStatuses": [
        [
          "name": .string(app), "image": .string("registry.local/\(app):1.4.2"), "ready": .bool(isReady),
          "restartCount": .int(Int64(restarts)),
          "started": true, "state": ["running": ["startedAt": started]],
        ]
      ],
    ]
  }

  /// Pods' readiness comes and goes until it is cancelled.
  private func change() async throws {
    var generator = SeededGenerator(seed: 7)
    var beat = 0
    let clock = ContinuousClock()
    var next = clock.now
    while !Task.isCancelled {
      // Ten at a time, so that the timer's own cost does not count.
      for _ in 0..<10 {
        beat += 1
        let deployment = Int.random(in: 0..<Self.deployments, using: &generator)
        let replica = Int.random(in: 0..<Self.replicas, using: &generator)
        let app = "service-\(deployment)"
        let status = Self.status(app, isReady: beat % 20 != 0, restarts: beat % 100 == 0 ? 1 : 0, beat: beat)
        try store.update(
          .pods, namespace: Self.namespace(deployment), name: Self.podName(deployment, replica), subresource: "status", by: "bench"
        ) { $0["status"] = status }
      }
      next += .seconds(1) * 10 / Self.churn
      try await clock.sleep(until: next)
    }
  }
}
