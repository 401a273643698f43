import ClusterModel
import Kubernetes
import Testing
import TimeFormat

/// What Health says in an incident, word by word.
@Suite("Words of Health")
struct HealthWordsTests {
  private let now = Timestamp(rfc3339: "2018-01-22T14:04:11Z")!

  private func sentences(_ pod: Pod, _ events: [ClusterEvent] = []) -> [String] {
    let snapshot = ClusterSnapshot(cluster: "staging", at: now, pods: [pod], events: events, connection: .live(since: now))
    return HealthAssessment.verdicts(on: snapshot, reschedules: [], now: now).flatMap(\.reasons).map(\.sentence)
  }

  private func pod(_ state: Container.State, phase: String = "Pending", deleted: Timestamp? = nil) -> Pod {
    Pod(
      namespace: "shop", name: "orders", uid: "u1", node: "n1", phase: phase, created: now - .seconds(600), deletionTimestamp: deleted,
      conditions: [Condition(type: "Ready", status: "False", lastTransition: now - .seconds(600))],
      containers: [Container(name: "main", image: "registry/orders:2", state: state)])
  }

  /// The event of an object, as the API has it.
  private func event(_ reason: String, _ message: String) throws -> ClusterEvent {
    let text = #"""
      {"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"e","namespace":"shop","uid":"e-\#(message.utf8.count)"},
       "involvedObject":{"kind":"Pod","namespace":"shop","name":"orders","uid":"u1","fieldPath":"spec.containers{main}"},"type":"Warning",
       "reason":"\#(reason)","message":"\#(message)","count":3,"firstTimestamp":"2018-01-22T14:03:00Z","lastTimestamp":"2018-01-22T14:04:00Z"}]}
      """#
    guard case .event(let event) = try ClusterDecoder().list(.events, Array(text.utf8)).items.first else {
      throw ExpectationFailed()
    }
    return event
  }

  private struct ExpectationFailed: Error {}

  private static let notFound =
    "rpc error: code = NotFound desc = failed to pull and unpack image registry/orders:2: registry/orders:2: not found"

  @Test("an image that cannot be pulled: with the registry's words, while the kubelet tries and while it waits")
  func imagePull() throws {
    let words = "failed to pull and unpack image registry/orders:2: registry/orders:2: not found"
    #expect(sentences(pod(.waiting(reason: "ErrImagePull", message: Self.notFound))) == ["ErrImagePull: registry/orders:2, \(words)"])
    let waiting = pod(.waiting(reason: "ImagePullBackOff", message: #"Back-off pulling image "registry/orders:2""#))
    #expect(sentences(waiting) == ["ImagePullBackOff: registry/orders:2"])
    let failed = try event("Failed", #"Failed to pull image \"registry/orders:2\": \#(Self.notFound)"#)
    #expect(sentences(waiting, [failed]) == ["ImagePullBackOff: registry/orders:2, \(words)"])
    // The event that only repeats the reason says nothing.
    #expect(
      sentences(waiting, [failed, try event("Failed", "Error: ImagePullBackOff")]) == ["ImagePullBackOff: registry/orders:2, \(words)"])
  }

  @Test(
    "what a probe printed is one line; of one that printed nothing that is said",
    arguments: [
      (#"Liveness probe failed: cat: /tmp/ok:\nNo such file\n"#, "Liveness probe failed: cat: /tmp/ok: No such file"),
      ("Liveness probe failed: ", "Liveness probe failed: no output"), ("Liveness probe failed:", "Liveness probe failed: no output"),
      ("Liveness probe failed: postgres://u:hunter2@db/x: refused", "Liveness probe failed: postgres://u:***@db/x: refused"),
      ("Liveness probe failed: HTTP probe failed with statuscode: 500", "Liveness probe failed: HTTP probe failed with statuscode: 500"),
    ])
  func probe(message: String, words: String) throws {
    let running = pod(.running(since: now - .seconds(600)), phase: "Running")
    #expect(sentences(running, [try event("Unhealthy", message)]).contains(words))
  }

  @Test("a pod that ends because it was deleted has not failed")
  func scaledAway() {
    let end = Container.State.terminated(.init(reason: "Error", exitCode: 143, finished: now))
    #expect(sentences(pod(end, phase: "Failed")) == ["pod failed, exit code 143"])
    #expect(sentences(pod(end, phase: "Failed", deleted: now - .seconds(1))) == [])
  }
}
