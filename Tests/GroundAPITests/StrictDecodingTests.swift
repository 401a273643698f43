import GroundAPI
import JSONBytes
import Kubernetes
import Testing

/// Fields that nobody knows, as the client asks (KEP 2885), and types that do not fit.
@Suite("Strict decoding") struct StrictDecodingTests {
  private static let path = "/apis/apps/v1/namespaces/default/deployments"

  private static var misspelt: JSONValue {
    var object = webDeployment()
    object.set("spec", "replicaz", to: 2)
    object.set("spec", "template", "spec", "containers", to: [["name": "app", "image": "i:1", "imagePullpolicy": "Always"]])
    return object
  }

  @Test func strictRefusesThem() async throws {
    try await ClusterFixture.run { cluster in
      let answer = await cluster.send("POST", Self.path + "?fieldValidation=Strict", Self.misspelt)
      #expect(answer?.status == 400)
      let message = answer?.body["message"]?.stringValue ?? ""
      #expect(message.contains(#"unknown field "spec.replicaz""#) && message.contains("strict decoding error: "), "\(message)")
      #expect(message.contains(#"unknown field "spec.template.spec.containers[0].imagePullpolicy""#), "\(message)")
      #expect(cluster.store.get(.deployments, namespace: "default", name: "web") == nil)
    }
  }

  @Test func warnTellsAndDropsThem() async throws {
    try await ClusterFixture.run { cluster in
      let answer = await cluster.send("POST", Self.path, Self.misspelt)
      #expect(answer?.status == 201)
      #expect(answer?.warnings.contains(#"299 - "unknown field \"spec.replicaz\"""#) == true, "\(answer?.warnings ?? [])")
      #expect(cluster.store.get(.deployments, namespace: "default", name: "web")?.at("spec", "replicaz") == nil)
      let silent = await cluster.send(
        "PATCH", Self.path + "/web?fieldValidation=Ignore", ["spec": ["replicaz": 3]], type: "application/merge-patch+json")
      #expect(silent?.status == 200 && silent?.warnings.isEmpty == true)
    }
  }

  @Test func patchesAreHeldToTheSame() async throws {
    try await ClusterFixture.run { cluster in
      #expect(await cluster.send("POST", Self.path, webDeployment())?.status == 201)
      for type in ["merge-patch", "strategic-merge-patch"] {
        let answer = await cluster.send(
          "PATCH", Self.path + "/web?fieldValidation=Strict", ["spec": ["replicaz": 3]], type: "application/\(type)+json")
        #expect(answer?.status == 400, "\(type)")
      }
      let answer = await cluster.send(
        "PATCH", Self.path + "/web", ["spec": ["minReadySeconds": "soon"]], type: "application/merge-patch+json")
      #expect(answer?.status == 400)
      #expect(answer?.body["message"]?.stringValue?.contains("spec.minReadySeconds of type int32") == true)
    }
  }

  @Test(
    "members that come twice are named, and the last counts",
    arguments: [("Strict", 400), ("Warn", 201)])
  func duplicates(mode: String, status: Int) async throws {
    let text = #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"1","k":"2"}}"#
    try await ClusterFixture.run { cluster in
      let answer = await cluster.send(
        "POST", "/api/v1/namespaces/default/configmaps?fieldValidation=\(mode)", bytes: Array(text.utf8))
      #expect(answer?.status == status)
      if status == 201 { #expect(cluster.store.get(.configMaps, namespace: "default", name: "a")?.at("data", "k") == "2") }
    }
  }

  @Test("one object of each kind has only fields that are known") func samples() async throws {
    try await ClusterFixture.run { cluster in
      for resource in Resource.all {
        let place = resource.namespaced ? "\(resource.type.root)/namespaces/default/\(resource.plural)" : resource.type.path
        let answer = await cluster.send("POST", place + "?fieldValidation=Strict", SampleObjects.of(resource, "sample"))
        #expect(answer?.status == 201, "\(resource.id): \(answer?.body.jsonString ?? "")")
        // What the server has filled in is known too.
        if let made = answer?.body {
          let again = await cluster.send("PUT", "\(place)/sample?fieldValidation=Strict", made)
          #expect(again?.status == 200 || again?.status == 409, "\(resource.id): \(again?.body.jsonString ?? "")")
        }
      }
    }
  }
}
