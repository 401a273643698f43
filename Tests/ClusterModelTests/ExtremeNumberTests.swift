import ClusterModel
import Kubernetes
import Testing
import TimeFormat

/// Numbers that no server should send: they come into the range of the API, and nothing that is computed with them traps.
@Suite struct ExtremeNumberTests {
  @Test(
    arguments: ["9223372036854775807", "-9223372036854775808", "99999999999999999999", "-1", "1e300"],
    ClusterResource.workloads)
  func workloads(number: String, resource: ClusterResource) throws {
    let now = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
    let text = """
      {"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a","namespace":"b","uid":"u","generation":\(number),\
      "annotations":{"deployment.kubernetes.io/desired-replicas":"\(number)","deployment.kubernetes.io/revision":"\(number)"}},\
      "spec":{"replicas":\(number),"completions":\(number),"parallelism":\(number),"backoffLimit":\(number)},\
      "status":{"replicas":\(number),"readyReplicas":\(number),"desiredNumberScheduled":\(number),"succeeded":\(number),"failed":\(number)}}]}
      """
    let list = try ClusterDecoder().list(resource, Array(text.utf8))
    guard case .workload(let workload)? = list.items.first else { return #expect(Bool(false)) }
    for count in [workload.desired, workload.current, workload.ready, workload.backoffLimit, workload.succeeded, workload.failed] {
      #expect(IntegerRange.count.contains(count))
    }
    var state = ClusterState(cluster: "far", at: now)
    var engine = LedgerEngine(cluster: "far")
    let delta = ClusterDelta(resource: resource, change: .relist(list.items), at: now)
    state.apply(delta)
    _ = engine.apply(delta)
    _ = engine.tick(now + .seconds(60))
    let verdicts = HealthAssessment.verdicts(on: state.snapshot(), reschedules: [], shortages: [], now: now)
    #expect(verdicts.count <= 1)
  }
}
