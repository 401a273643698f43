import GroundAPI
import JSONBytes
import Kubernetes
import Testing

/// One object of each kind but a Deployment, as a typed client writes it: the fields have the numbers of Kubernetes' generated.proto.
@Suite("Protobuf of each kind") struct ProtobufKindTests {
  typealias Writer = ProtobufTests.Writer

  private struct Sample: Sendable {
    var resource: Resource
    var object: Writer
    /// What must be in the answer; it has defaults besides.
    var wanted: JSONValue

    /// The bytes of `runtime.Unknown`.
    var body: [UInt8] {
      let type = Writer().text(1, resource.apiVersion).text(2, resource.kind)
      return [0x6B, 0x38, 0x73, 0x00] + Writer().message(1, type).message(2, object).bytes
    }

    var path: String {
      let type = resource.type
      return (resource.namespaced ? "\(type.root)/namespaces/default/\(type.plural)" : type.path) + "?fieldValidation=Strict"
    }
  }

  @Test("every field is read under its published number") func kinds() async throws {
    try await ClusterFixture.run { cluster in
      for sample in Self.workloads + Self.network + Self.settings + Self.others {
        let answer = await cluster.send("POST", sample.path, type: "application/vnd.kubernetes.protobuf", bytes: sample.body)
        let kind = sample.resource.kind
        #expect(answer?.status == 201, "\(kind): \(answer?.body.jsonString ?? "no answer")")
        #expect(Self.differences(sample.wanted, answer?.body, at: kind) == [])
        let (metadata, name) = (answer?.body["metadata"], Self.name(kind))
        #expect(metadata?["name"] == .string(name), "\(kind)")
        let namespace: JSONValue? = sample.resource.namespaced ? "default" : nil
        #expect(metadata?["namespace"] == namespace, "\(kind)")
        #expect(metadata?.at("labels", "app") == .string(name) && metadata?.at("annotations", "note") == "by hand", "\(kind)")
      }
    }
  }

  /// Where an object does not have what is wanted of it.
  private static func differences(_ wanted: JSONValue, _ got: JSONValue?, at path: String) -> [String] {
    guard let got else { return ["\(path) is missing"] }
    switch (wanted, got) {
    case (.object(let members), .object):
      return members.flatMap { member in differences(member.value, got[member.key], at: "\(path).\(member.key)") }
    case (.array(let elements), .array(let others)) where elements.count == others.count:
      return elements.indices.flatMap { index in differences(elements[index], others[index], at: "\(path)[\(index)]") }
    default: return wanted == got ? [] : ["\(path) is \(got.jsonString), not \(wanted.jsonString)"]
    }
  }

  // MARK: - Parts

  private static func name(_ kind: String) -> String { "a-\(kind.lowercased())" }

  private static func metadata(_ resource: Resource) -> Writer {
    let name = name(resource.kind)
    return Writer().text(1, name).text(3, resource.namespaced ? "default" : "").pair(11, "app", name).pair(12, "note", "by hand")
  }

  private static func sample(_ resource: Resource, spec: Writer, _ wanted: JSONValue) -> Sample {
    Sample(resource: resource, object: Writer().message(1, metadata(resource)).message(2, spec), wanted: ["spec": wanted])
  }

  private static func sample(_ resource: Resource, _ wanted: JSONValue, _ fields: (Writer) -> Writer) -> Sample {
    Sample(resource: resource, object: fields(Writer().message(1, metadata(resource))), wanted: wanted)
  }

  private static func whole(_ number: Int64) -> Writer { Writer().number(1, 0).number(2, number) }
  private static func word(_ text: String) -> Writer { Writer().number(1, 1).number(2, 0).text(3, text) }
  private static func amount(_ key: String, _ quantity: String) -> Writer {
    Writer().text(1, key).message(2, Writer().text(1, quantity))
  }

  private static func podSpec(restartPolicy: String) -> Writer {
    let probe = Writer().message(1, Writer().message(2, Writer().text(1, "/ready").message(2, whole(8080)).text(4, "HTTP")))
      .number(2, 5).number(3, 2).number(4, 7)
    let resources = Writer().message(1, amount("memory", "64Mi")).message(2, amount("cpu", "100m"))
    let container = Writer().text(1, "app").text(2, "i:1").text(3, "/bin/app").text(4, "--fast").text(5, "/work")
      .message(6, Writer().text(1, "http").number(3, 8080).text(4, "TCP")).pair(7, "MODE", "fast").message(8, resources)
      .message(9, Writer().text(1, "data").number(2, 1).text(3, "/data")).message(11, probe).text(14, "Always")
    let volume = Writer().text(1, "data").message(2, Writer().message(2, Writer()))
    let toleration = Writer().text(1, "dedicated").text(2, "Equal").text(3, "batch").text(4, "NoSchedule")
    return Writer().message(1, volume).message(2, container).text(3, restartPolicy).number(4, 12).pair(7, "disk", "ssd").text(8, "robot")
      .message(20, Writer().text(1, "before").text(2, "i:2")).message(22, toleration)
  }

  private static func podSpecJSON(restartPolicy: JSONValue) -> JSONValue {
    let probe: JSONValue = [
      "httpGet": ["path": "/ready", "port": 8080, "scheme": "HTTP"], "initialDelaySeconds": 5, "timeoutSeconds": 2, "periodSeconds": 7,
    ]
    let container: JSONValue = [
      "name": "app", "image": "i:1", "command": ["/bin/app"], "args": ["--fast"], "workingDir": "/work",
      "ports": [["name": "http", "containerPort": 8080, "protocol": "TCP"]], "env": [["name": "MODE", "value": "fast"]],
      "resources": ["limits": ["memory": "64Mi"], "requests": ["cpu": "100m"]],
      "volumeMounts": [["name": "data", "readOnly": true, "mountPath": "/data"]], "readinessProbe": probe, "imagePullPolicy": "Always",
    ]
    return [
      "volumes": [["name": "data", "emptyDir": [:]]], "containers": [container], "initContainers": [["name": "before", "image": "i:2"]],
      "restartPolicy": restartPolicy, "terminationGracePeriodSeconds": 12, "nodeSelector": ["disk": "ssd"], "serviceAccountName": "robot",
      "tolerations": [["key": "dedicated", "operator": "Equal", "value": "batch", "effect": "NoSchedule"]],
    ]
  }

  private static let selector = Writer().pair(1, "app", "web")
  private static let template = Writer().message(1, Writer().pair(11, "app", "web")).message(2, podSpec(restartPolicy: "Always"))
  private static let selectorJSON: JSONValue = ["matchLabels": ["app": "web"]]
  private static let templateJSON: JSONValue = [
    "metadata": ["labels": ["app": "web"]], "spec": podSpecJSON(restartPolicy: "Always"),
  ]

  private static let claim = Writer().text(1, "ReadWriteOnce").message(2, Writer().message(2, amount("storage", "1Gi")))
    .text(5, "folder").text(6, "Filesystem")
  private static let claimJSON: JSONValue = [
    "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]], "storageClassName": "folder",
    "volumeMode": "Filesystem",
  ]

  // MARK: - Kinds

  private static let workloads: [Sample] = [
    sample(.pods, spec: podSpec(restartPolicy: "Never"), podSpecJSON(restartPolicy: "Never")),
    sample(
      .replicaSets, spec: Writer().number(1, 2).message(2, selector).message(3, template).number(4, 6),
      ["replicas": 2, "selector": selectorJSON, "template": templateJSON, "minReadySeconds": 6]),
    sample(
      .statefulSets,
      spec: Writer().number(1, 3).message(2, selector).message(3, template)
        .message(4, Writer().message(1, Writer().text(1, "state")).message(2, claim)).text(5, "web").text(6, "Parallel")
        .message(7, Writer().text(1, "OnDelete")).number(8, 4),
      [
        "replicas": 3, "selector": selectorJSON, "template": templateJSON,
        "volumeClaimTemplates": [["metadata": ["name": "state"], "spec": claimJSON]], "serviceName": "web",
        "podManagementPolicy": "Parallel", "updateStrategy": ["type": "OnDelete"], "revisionHistoryLimit": 4,
      ]),
    sample(.controllerRevisions, ["data": ["a": 1], "revision": 7]) {
      $0.message(2, Writer().text(1, #"{"a":1}"#)).number(3, 7)
    },
  ]

  private static let network: [Sample] = [
    sample(
      .services,
      spec: Writer().message(1, Writer().text(1, "http").text(2, "TCP").number(3, 8080).message(4, word("web")))
        .message(1, Writer().text(1, "dns").text(2, "UDP").number(3, 5353).message(4, whole(5300)))
        .pair(2, "app", "web").text(3, "None").text(4, "ClusterIP").text(7, "ClientIP"),
      [
        "ports": [
          ["name": "http", "protocol": "TCP", "port": 8080, "targetPort": "web"],
          ["name": "dns", "protocol": "UDP", "port": 5353, "targetPort": 5300],
        ], "selector": ["app": "web"], "clusterIP": "None", "type": "ClusterIP", "sessionAffinity": "ClientIP",
      ]),
    sample(
      .endpointSlices,
      [
        "endpoints": [["addresses": ["127.96.0.1"], "conditions": ["ready": true], "nodeName": "node-1"]],
        "ports": [["name": "http", "protocol": "TCP", "port": 8080]], "addressType": "IPv4",
      ]
    ) {
      $0.message(2, Writer().text(1, "127.96.0.1").message(2, Writer().number(1, 1)).text(6, "node-1"))
        .message(3, Writer().text(1, "http").text(2, "TCP").number(3, 8080)).text(4, "IPv4")
    },
  ]

  private static let settings: [Sample] = [
    sample(.configMaps, ["data": ["mode": "fast"], "binaryData": ["blob": "AP8="], "immutable": true]) {
      $0.pair(2, "mode", "fast").message(3, Writer().text(1, "blob").content(2, [0x00, 0xFF])).number(4, 1)
    },
    sample(.secrets, ["data": ["token": "YWJj"], "type": "Opaque", "immutable": false]) {
      $0.pair(2, "token", "abc").text(3, "Opaque").number(5, 0)
    },
    sample(.serviceAccounts, ["imagePullSecrets": [["name": "registry"]], "automountServiceAccountToken": false]) {
      $0.message(3, Writer().text(1, "registry")).number(4, 0)
    },
    sample(.persistentVolumeClaims, spec: claim, claimJSON),
  ]

  private static let others: [Sample] = [
    sample(
      .podDisruptionBudgets,
      spec: Writer().message(2, Writer().message(2, Writer().text(1, "tier").text(2, "In").text(3, "a").text(3, "b")))
        .message(3, word("50%")),
      ["selector": ["matchExpressions": [["key": "tier", "operator": "In", "values": ["a", "b"]]]], "maxUnavailable": "50%"]),
    sample(.namespaces, ["spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"]]) {
      $0.message(2, Writer().text(1, "kubernetes")).message(3, Writer().text(1, "Active"))
    },
    sample(
      .nodes,
      spec: Writer().text(1, "10.0.0.0/24").text(3, "ground://a")
        .message(5, Writer().text(1, "k").text(2, "v").text(3, "NoSchedule")),
      ["podCIDR": "10.0.0.0/24", "providerID": "ground://a", "taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]]),
    sample(
      .leases,
      spec: Writer().text(1, "node-1").number(2, 40).message(4, Writer().number(1, 1_700_000_000).number(2, 500_000)).number(5, 3),
      [
        "holderIdentity": "node-1", "leaseDurationSeconds": 40, "renewTime": "2023-11-14T22:13:20.000500Z", "leaseTransitions": 3,
      ]),
    sample(
      .events,
      [
        "involvedObject": ["kind": "Pod", "namespace": "default", "name": "p", "uid": "u"], "reason": "Seen", "message": "It was seen.",
        "source": ["component": "kubelet", "host": "node-1"], "firstTimestamp": "2023-11-14T22:13:20Z", "count": 2, "type": "Warning",
      ]
    ) {
      $0.message(2, Writer().text(1, "Pod").text(2, "default").text(3, "p").text(4, "u")).text(3, "Seen").text(4, "It was seen.")
        .message(5, Writer().text(1, "kubelet").text(2, "node-1")).message(6, Writer().number(1, 1_700_000_000)).number(8, 2)
        .text(9, "Warning")
    },
  ]
}
