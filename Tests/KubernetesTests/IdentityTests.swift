import JSONBytes
import Kubernetes
import TimeFormat
import Testing

@Suite("Identities")
struct IdentityTests {
  @Test("two clusters with equal names of everything hold different objects") func clusters() {
    let one = ObjectID(cluster: "prod-eu", type: .deployments, namespace: "shop", name: "orders", uid: "u")
    var other = one
    other.cluster = "prod-us"
    #expect(one != other)
    #expect(!one.isSame(as: other))
    #expect(one.display == "Deployment/orders")
  }

  @Test("a UID tells namesakes apart; where one is missing, the name decides") func namesakes() {
    let first = ObjectID(cluster: "c", type: .pods, namespace: "n", name: "web-0", uid: "1")
    var second = first
    second.uid = "2"
    #expect(!first.isSame(as: second))
    second.uid = ""
    #expect(first.isSame(as: second))
  }

  @Test("a type is one whatever its version; of an unknown one the plural is guessed") func types() {
    #expect(ResourceType.of(apiVersion: "apps/v1", kind: "Deployment") == .deployments)
    #expect(ResourceType.of(apiVersion: "apps/v1beta2", kind: "Deployment").version == "v1")
    let custom = ResourceType.of(apiVersion: "monitoring.coreos.com/v1", kind: "Prometheus")
    #expect(custom.path == "/apis/monitoring.coreos.com/v1/prometheuses")
    // Equal kinds of two groups are two types: the core Service and Knative's.
    #expect(ResourceType.of(apiVersion: "serving.knative.dev/v1", kind: "Service") != .services)
    #expect(ResourceType.named("deployments.apps") == .deployments)
    #expect(ResourceType.pods.path == "/api/v1/pods")
    #expect(ResourceType.deployments.isNamed("Deploy") && ResourceType.deployments.isNamed("deployments.apps"))
    #expect(ResourceType.jobs.shortName == "job")
  }

  @Test("no two known types share an id or a word") func known() {
    #expect(Set(ResourceType.known.map(\.id)).count == ResourceType.known.count)
    for type in ResourceType.known {
      for word in [type.plural, type.singular] + type.shortNames {
        #expect(ResourceType.known.filter { $0.isNamed(word) } == [type], "\(word)")
      }
    }
  }

  @Test func owners() throws {
    let json: JSONValue = [
      "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "rs", "controller": true, "blockOwnerDeletion": true,
    ]
    let owner = try #require(OwnerReference(json))
    #expect(owner == OwnerReference(type: .replicaSets, name: "web-1", uid: "rs"))
    #expect(owner.json == json)
    #expect(OwnerReference(["name": "x"]) == nil)
  }

  @Test func conditions() throws {
    let json: JSONValue = [
      "type": "Ready", "status": "False", "lastTransitionTime": "2026-01-02T03:04:05Z", "reason": "NotReady", "message": "no",
    ]
    let condition = try #require(Condition(json))
    #expect(condition.json == json)
    #expect(condition.lastTransition == Timestamp(rfc3339: "2026-01-02T03:04:05Z"))
    #expect([condition]["Ready"] == condition)
    #expect(![condition].isTrue("Ready"))
  }
}
