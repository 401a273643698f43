import Foundation
import GroundAPI
import GroundControllers
import JSONBytes
import Testing
import TimeFormat

/// The real kubectl against the API with all controllers.
@Suite(.serialized, .enabled(if: ClusterFixture.kubectl != nil, "kubectl is not on the PATH")) struct KubectlTests {
  private static let manifest = """
    {"apiVersion":"v1","kind":"List","items":[
     {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}},
     {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"1"}},
     {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"port":8080}]}},
     {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":REPLICAS,
      "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
      "spec":{"containers":[{"name":"app","image":"periplus.local/reference-app:1"}]}}}}]}
    """

  @Test(.timeLimit(.minutes(2))) func aWorkingDay() async throws {
    try await ClusterFixture.run { cluster in
      defer { cluster.cleanUp() }
      func expect(_ arguments: [String], input: String = "", contains words: String..., code: Int32 = 0, line: Int = #line) async throws {
        try await Self.expect(cluster, arguments, input, words, code, line)
      }
      let two = Self.manifest.replacingOccurrences(of: "REPLICAS", with: "2")
      let three = Self.manifest.replacingOccurrences(of: "REPLICAS", with: "3")
      try await expect(["create", "-f", "-"], input: two, contains: "namespace/shop created", "deployment.apps/web created")
      try await expect(["apply", "-f", "-"], input: three, contains: "deployment.apps/web configured")
      try await expect(["apply", "-f", "-"], input: three, contains: "deployment.apps/web unchanged")
      try await expect(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=20s"], contains: "successfully rolled out")
      try await expect(["get", "pods,deployments,nodes,events", "-A"], contains: "1/1", "Running", "3/3", "node-2", "ScalingReplicaSet")
      try await expect(["get", "pods", "-A", "-o", "wide"], contains: "127.96.0.9", "NOMINATED NODE")
      try await expect(["-n", "shop", "get", "deployment", "web", "-o", "yaml"], contains: "availableReplicas: 3", "maxSurge: 25%")
      try await expect(["-n", "shop", "get", "all", "-o", "json"], contains: "\"kind\": \"ReplicaSet\"")
      try await expect(["-n", "shop", "get", "endpointslices"], contains: "web-", "8080")
      let pod = try #require(cluster.store.list(.pods, namespace: "shop").items.first).name
      try await expect(["-n", "shop", "describe", "pod", pod], contains: "Successfully assigned shop/\(pod)", "Events:")
      try await expect(["describe", "node", "node-1"], contains: "Non-terminated Pods", "web-")
      try await expect(["-n", "shop", "describe", "deployment", "web"], contains: "NewReplicaSet:", "Scaled up replica set")
      try await expect(["-n", "shop", "logs", pod], contains: "line 3 of app")
      try await expect(["-n", "shop", "logs", "deployment/web", "-f", "--tail=3"], contains: "line 3 of app")
      try await expect(["-n", "shop", "delete", "pod", pod], contains: "deleted")
      try await expect(["-n", "shop", "scale", "deployment/web", "--replicas=4"], contains: "scaled")
      try await expect(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=20s"], contains: "successfully rolled out")
      try await expect(["-n", "shop", "rollout", "restart", "deployment/web"], contains: "restarted")
      try await expect(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=20s"], contains: "successfully rolled out")
      try await expect(["-n", "shop", "set", "image", "deployment/web", "app=periplus.local/reference-app:2"], contains: "image updated")
      try await expect(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=20s"], contains: "successfully rolled out")
      try await expect(["-n", "shop", "rollout", "history", "deployment/web"], contains: "REVISION", "3")
      try await expect(["-n", "shop", "rollout", "undo", "deployment/web"], contains: "rolled back")
      try await expect(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=20s"], contains: "successfully rolled out")
      try await expect(
        ["-n", "shop", "get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"], contains: "reference-app:1")
      try await expect(["-n", "shop", "rollout", "pause", "deployment/web"], contains: "paused")
      try await expect(["-n", "shop", "rollout", "resume", "deployment/web"], contains: "resumed")
      try await expect(["-n", "shop", "label", "deployment", "web", "tier=front"], contains: "labeled")
      try await expect(["-n", "shop", "get", "deployments", "-l", "tier in (front)"], contains: "web")
      try await expect(["-n", "shop", "annotate", "deployment", "web", "note=x"], contains: "annotated")
      try await expect(
        ["-n", "shop", "patch", "deployment", "web", "--type=merge", "-p", #"{"spec":{"minReadySeconds":0}}"#],
        contains: "deployment.apps/web patched")
      // What is only tried changes nothing.
      let before = cluster.store.list(.pods, namespace: "shop").items.map(\.uid).sorted()
      try await expect(["-n", "shop", "scale", "deployment/web", "--replicas=0", "--dry-run=server"], contains: "scaled")
      try await expect(["drain", "node-1", "--ignore-daemonsets", "--force", "--dry-run=server"], contains: "dry run")
      try await expect(["-n", "shop", "delete", "pods", "--all", "--dry-run=server"], contains: "dry run")
      #expect(cluster.store.list(.pods, namespace: "shop").items.map(\.uid).sorted() == before)
      #expect(cluster.store.get(.deployments, namespace: "shop", name: "web")?.at("spec", "replicas") == 4)
      // More than the API's int32.
      try await expect(
        ["-n", "shop", "scale", "deployment/web", "--replicas=9223372036854775807"], contains: "must be between 0 and 2147483647", code: 1)
      try await expect(
        [
          "-n", "shop", "patch", "deployment", "web", "--type=merge", "-p",
          #"{"spec":{"progressDeadlineSeconds":9223372036854775807,"strategy":{"rollingUpdate":{"maxSurge":"9223372036854775807%"}}}}"#,
        ], contains: "spec.progressDeadlineSeconds", "maxSurge", code: 1)
      // Taints are one list; two may share a key.
      try await expect(["taint", "node", "node-1", "dedicated=a:NoSchedule", "dedicated=a:NoExecute"], contains: "tainted")
      try await expect(["taint", "node", "node-1", "other=b:NoSchedule"], contains: "tainted")
      try await expect(["taint", "node", "node-1", "dedicated-"], contains: "untainted")
      #expect(cluster.store.get(.nodes, name: "node-1")?.at("spec", "taints")?.arrayValue?.compactMap { $0["key"] } == ["other"])
      try await expect(["taint", "node", "node-1", "other-"], contains: "untainted")
      try await expect(["cordon", "node-1"], contains: "cordoned")
      try await expect(["get", "nodes"], contains: "Ready,SchedulingDisabled")
      try await expect(["drain", "node-1", "--ignore-daemonsets", "--timeout=20s", "--force"], contains: "drained")
      try await expect(["uncordon", "node-1"], contains: "uncordoned")
      try await expect(["-n", "shop", "get", "pods", "absent"], contains: "pods \"absent\" not found", code: 1)
      try await expect(["-n", "shop", "delete", "deployment", "web"], contains: "deleted")
      try await expect(["delete", "namespace", "shop", "--timeout=20s"], contains: "deleted")
      try await expect(["get", "namespaces"], contains: "default", "Active")
      try await expect(["get", "--raw", "/api/v1/namespaces?limit=1"], contains: "remainingItemCount", "continue")
      try await expect(
        ["get", "--raw", "/api/v1/pods?labelSelector=%3D%3D"], contains: "expected: !, identifier, or 'end of string'", code: 1)
      try await expect(
        [
          "get", "--raw",
          "/api/v1/pods?watch=1&resourceVersion=0&timeoutSeconds=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
        ],
        contains: "k8s.io/initial-events-end")
      try await expect(["get", "--raw", "/apis/batch/v1/jobs"], contains: "the server could not find the requested resource", code: 1)
      try await expect(
        ["--token=wrong", "get", "pods"], contains: "You must be logged in", code: 1)
      let second = GroundServer(store: cluster.store, token: "x", certificate: cluster.certificate, port: cluster.port)
      await #expect(throws: GroundServerError.portInUse(host: "127.0.0.1", port: cluster.port)) { try await second.run() }
      try await expect(["version"], contains: "v1.32.0+periplus")
      try await expect(["api-resources"], contains: "deploy", "poddisruptionbudgets")
      #expect(cluster.store.list(.pods).items.isEmpty)
      #expect(cluster.store.list(.replicaSets).items.isEmpty)
    }
  }

  @Test(
    .timeLimit(.minutes(2)),
    arguments: [
      (["autoscale", "deployment", "web", "--max=3"], "HorizontalPodAutoscaler"),
      (["auth", "can-i", "get", "pods"], "SelfSubjectAccessReview"),
      (["get", "daemonsets"], "DaemonSet"), (["create", "cronjob", "a", "--image=b", "--schedule=* * * * *"], "CronJob"),
      (["apply", "-f", "-"], "ValidatingWebhookConfiguration"),
    ])
  func aKindThatIsAbsentIsNamed(arguments: [String], kind: String) async throws {
    try await ClusterFixture.run { cluster in
      defer { cluster.cleanUp() }
      let spec: JSONValue = [
        "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "app", "image": "periplus.local/reference-app:1"]]],
        ],
      ]
      try cluster.store.create(.deployments, ["metadata": ["name": "web", "namespace": "default"], "spec": spec], by: "test")
      let manifest = #"{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"a"}}"#
      try await Self.expect(cluster, arguments, manifest, ["there is no kind \(kind) on the proving ground"], 1, #line)
    }
  }

  @Test(
    .timeLimit(.minutes(2)),
    arguments: [
      (["exec", "POD", "--", "ls"], "exec is not offered on the proving ground: a container is a process of this machine"),
      (["cp", "/etc/hostname", "POD:/tmp/name"], "exec is not offered on the proving ground"),
      (["attach", "POD"], "attach is not offered on the proving ground"),
      (["port-forward", "POD", ":8080"], "port-forward is not offered on the proving ground: this machine reaches pods"),
      (["debug", "POD", "--image=i"], "is not offered on the proving ground: a pod has the containers"),
    ])
  func whatIsNotOfferedIsRefusedInWords(arguments: [String], words: String) async throws {
    try await ClusterFixture.run { cluster in
      defer { cluster.cleanUp() }
      let spec: JSONValue = ["nodeName": "node-1", "containers": [["name": "app", "image": "periplus.local/reference-app:1"]]]
      try cluster.store.create(.pods, ["metadata": ["name": "web", "namespace": "default"], "spec": spec], by: "test")
      try await Self.expect(
        cluster, ["wait", "--for=condition=Ready", "pod/web", "--timeout=20s"], "", ["condition met"], 0, #line)
      let asked = arguments.map { $0.replacingOccurrences(of: "POD", with: "web") }
      try await Self.expect(cluster, asked, "", [words], 1, #line)
    }
  }

  private static let statefulSet = """
    {"apiVersion":"v1","kind":"List","items":[
     {"apiVersion":"v1","kind":"Service","metadata":{"name":"db"},"spec":{"clusterIP":"None","selector":{"app":"db"},"ports":[{"port":5432}]}},
     {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db"},"spec":{"replicas":2,"serviceName":"db",
      "selector":{"matchLabels":{"app":"db"}},"template":{"metadata":{"labels":{"app":"db"}},
      "spec":{"containers":[{"name":"app","image":"periplus.local/reference-app:1","volumeMounts":[{"name":"data","mountPath":"/data"}]}]}},
      "volumeClaimTemplates":[{"metadata":{"name":"data"},
       "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}]}
    """

  @Test(.timeLimit(.minutes(2))) func aStatefulSet() async throws {
    try await ClusterFixture.run { cluster in
      defer { cluster.cleanUp() }
      func expect(_ arguments: String..., input: String = "", contains words: [String], code: Int32 = 0, line: Int = #line) async throws {
        try await Self.expect(cluster, arguments, input, words, code, line)
      }
      let status = ["rollout", "status", "sts/db", "--timeout=20s"]
      func rolledOut(line: Int = #line) async throws {
        try await Self.expect(cluster, status, "", ["roll out complete"], 0, line)
      }
      try await expect("apply", "-f", "-", input: Self.statefulSet, contains: ["statefulset.apps/db created"])
      try await expect("apply", "-f", "-", input: Self.statefulSet, contains: ["statefulset.apps/db configured"])
      // kubectl sends the claim templates again, because they are one list; nothing changes by that.
      #expect(cluster.store.get(.statefulSets, namespace: "default", name: "db")?.at("metadata", "generation") == 1)
      try await rolledOut()
      try await expect("get", "sts", contains: ["NAME", "READY", "db", "2/2"])
      try await expect("get", "pods", "-l", "apps.kubernetes.io/pod-index=1", contains: ["db-1", "1/1"])
      try await expect("get", "pvc", contains: ["data-db-0", "data-db-1", "Bound", "1Gi", "RWO"])
      try await expect("describe", "sts", "db", contains: ["create Pod db-0 in StatefulSet db successful", "Volume Claims:", "data"])
      try await expect("describe", "pvc", "data-db-0", contains: ["Used By:", "db-0"])
      let uid = try #require(cluster.store.get(.pods, namespace: "default", name: "db-0")).uid
      try await expect("delete", "pod", "db-0", contains: ["deleted"])
      try await rolledOut()
      try await expect("wait", "--for=condition=Ready", "pod/db-0", "--timeout=20s", contains: ["condition met"])
      #expect(cluster.store.get(.pods, namespace: "default", name: "db-0")?.uid != uid)
      try await expect("scale", "sts/db", "--replicas=3", contains: ["scaled"])
      try await rolledOut()
      try await expect("rollout", "restart", "sts/db", contains: ["restarted"])
      try await rolledOut()
      try await expect("set", "image", "sts/db", "app=periplus.local/reference-app:2", contains: ["image updated"])
      try await rolledOut()
      try await expect("rollout", "history", "sts/db", contains: ["REVISION", "3"])
      try await expect("rollout", "undo", "sts/db", contains: ["rolled back"])
      try await rolledOut()
      let image = "jsonpath={.spec.template.spec.containers[0].image}"
      try await expect("get", "sts", "db", "-o", image, contains: ["reference-app:1"])
      try await expect(
        "patch", "sts", "db", "--type=merge", "-p", #"{"spec":{"serviceName":"other"}}"#,
        contains: ["updates to statefulset spec for fields other than"], code: 1)
      try await expect(
        "patch", "sts", "db", "--type=merge", "-p", #"{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}}}}"#,
        contains: ["one at a time"], code: 1)
      try await expect("scale", "sts/db", "--replicas=1", contains: ["scaled"])
      try await expect("wait", "--for=delete", "pod/db-1", "--timeout=20s", contains: [])
      try await expect("delete", "sts", "db", contains: ["deleted"])
      try await expect("wait", "--for=delete", "pod/db-0", "--timeout=20s", contains: [])
      try await expect("get", "pvc", contains: ["data-db-0", "data-db-1", "data-db-2"])
      try await expect("get", "controllerrevisions", contains: ["No resources found"])
    }
  }

  private static func expect(
    _ cluster: ClusterFixture, _ arguments: [String], _ input: String, _ words: [String], _ code: Int32, _ line: Int
  ) async throws {
    let result = try await run(cluster, arguments, input)
    let location = SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1)
    #expect(result.code == code, "\(arguments.joined(separator: " ")): \(result.output)", sourceLocation: location)
    for word in words {
      #expect(
        result.output.contains(word), "\(arguments.joined(separator: " ")) lacks \(word): \(result.output)", sourceLocation: location)
    }
  }

  private static func run(_ cluster: ClusterFixture, _ arguments: [String], _ input: String) async throws -> (output: String, code: Int32) {
    try await cluster.kubectl(arguments, input: input)
  }
}
