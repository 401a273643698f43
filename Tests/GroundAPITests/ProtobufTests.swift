import GroundAPI
import JSONBytes
import Kubernetes
import TestSupport
import Testing

/// Bodies as typed clients of Kubernetes write them, in the published numbers of the fields.
@Suite("Protobuf") struct ProtobufTests {
  /// A message written by hand, so that the table is not its own judge.
  struct Writer {
    var bytes: [UInt8] = []

    private mutating func varint(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    func number(_ field: Int, _ value: Int64) -> Writer {
      var writer = self
      writer.varint(UInt64(field << 3))
      writer.varint(UInt64(bitPattern: value))
      return writer
    }

    func content(_ field: Int, _ value: [UInt8]) -> Writer {
      var writer = self
      writer.varint(UInt64(field << 3 | 2))
      writer.varint(UInt64(value.count))
      writer.bytes += value
      return writer
    }

    func text(_ field: Int, _ value: String) -> Writer { content(field, Array(value.utf8)) }
    func message(_ field: Int, _ value: Writer) -> Writer { content(field, value.bytes) }
    func pair(_ field: Int, _ key: String, _ value: String) -> Writer { message(field, Writer().text(1, key).text(2, value)) }
  }

  private static func body(_ version: String, _ kind: String, _ object: Writer) -> [UInt8] {
    let meta = Writer().text(1, version).text(2, kind)
    return [0x6B, 0x38, 0x73, 0x00] + Writer().message(1, meta).message(2, object).text(3, "").text(4, "").bytes
  }

  private static let deployment: [UInt8] = {
    let labels = Writer().pair(1, "app", "web")
    let container = Writer().text(1, "app").text(2, "i:1").message(
      8, Writer().message(1, Writer().message(2, Writer().text(1, "100m")).text(1, "cpu"))
    )
    .text(14, "")
    let template = Writer().message(1, Writer().text(1, "").pair(11, "app", "web")).message(2, Writer().message(2, container).text(3, ""))
    let spec = Writer().number(1, 0).message(2, labels).message(3, template).message(4, Writer().text(1, "")).number(5, 0).number(7, 0)
    let metadata = Writer().text(1, "web").text(2, "").text(3, "default").text(5, "").text(6, "").number(7, 0).message(8, Writer())
    return body("apps/v1", "Deployment", Writer().message(1, metadata).message(2, spec).message(3, Writer().number(1, 0)))
  }()

  @Test func aDeploymentIsCreated() async throws {
    try await ClusterFixture.run { cluster in
      let answer = await cluster.send(
        "POST", "/apis/apps/v1/namespaces/default/deployments?fieldValidation=Strict", type: "application/vnd.kubernetes.protobuf",
        accept: "application/vnd.kubernetes.protobuf,application/json", bytes: Self.deployment)
      #expect(answer?.status == 201, "\(answer?.body.jsonString ?? "")")
      let made = cluster.store.get(.deployments, namespace: "default", name: "web")
      // Zero is meant where the field is a pointer, and nothing where it is none.
      #expect(made?.at("spec", "replicas") == 0)
      #expect(made?.at("spec", "strategy", "type") == "RollingUpdate")
      #expect(made?.at("spec", "selector", "matchLabels", "app") == "web")
      let container = made?.at("spec", "template", "spec", "containers")?[0]
      #expect(container?["image"] == "i:1" && container?.at("resources", "limits", "cpu") == "100m")
      #expect(container?["imagePullPolicy"] == "IfNotPresent")
    }
  }

  @Test("what is cut or changed is refused or read, and ends nothing") func broken() async throws {
    let seed = SeededGenerator.anySeed
    try await ClusterFixture.run { cluster in
      var random = SeededGenerator(seed: seed)
      for round in 0..<300 {
        var bytes = Self.deployment
        if round % 2 == 0 {
          bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
        } else {
          for _ in 0..<3 { bytes[Int.random(in: 4..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
        }
        let answer = await cluster.send(
          "POST", "/apis/apps/v1/namespaces/default/deployments", type: "application/vnd.kubernetes.protobuf", bytes: bytes)
        #expect(answer.map { $0.status < 500 } == true, "seed \(seed), round \(round)")
      }
    }
  }
}
