import ClusterModel
import JSONBytes
import TestSupport
import Testing
import TimeFormat

@Suite struct DecodingTests {
  let decoder = ClusterDecoder()

  private func object(_ resource: ClusterResource, _ text: String) throws -> ClusterObject {
    let list = try decoder.list(resource, Array(#"{"metadata":{"resourceVersion":"9","continue":"next"},"items":[\#(text)]}"#.utf8))
    #expect(list.resourceVersion == "9" && list.next == "next")
    return try #require(list.items.first)
  }

  @Test func podsWithEverythingMissing() throws {
    guard case .pod(let pod) = try object(.pods, #"{"metadata":{"name":"a","uid":"u","labels":null},"spec":null,"status":{}}"#) else {
      return #expect(Bool(false))
    }
    #expect(pod.name == "a" && pod.uid == "u" && pod.containers.isEmpty && !pod.isReady)
  }

  @Test func podsJoinSpecAndStatus() throws {
    let text = #"""
      {"metadata":{"name":"b","namespace":"shop","uid":"u","deletionTimestamp":"2026-01-01T00:00:30Z","deletionGracePeriodSeconds":30,
       "ownerReferences":[{"kind":"Other","name":"x","uid":"y"},{"kind":"ReplicaSet","name":"b-1","uid":"rs","controller":true}]},
       "spec":{"nodeName":"n","containers":[{"name":"one","image":"i:1","resources":{"limits":{"cpu":1,"memory":"64Mi"}}},{"name":"two","image":"j"}],
               "initContainers":[{"name":"first","image":"k"}]},
       "status":{"phase":"Running","containerStatuses":[
         {"name":"two","ready":true,"restartCount":2,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}},
          "lastState":{"terminated":{"reason":"OOMKilled","exitCode":137,"finishedAt":"2025-12-31T23:59:59Z"}}}],
        "conditions":[{"type":"Ready","status":"True"}]}}
      """#
    guard case .pod(let pod) = try object(.pods, text) else { return #expect(Bool(false)) }
    #expect(pod.controller?.uid == "rs" && pod.isTerminating && pod.deletionGraceSeconds == 30)
    #expect(pod.containers.map(\.name) == ["one", "two"])
    #expect(pod.containers[0].limitMilliCPU == 1000 && pod.containers[0].limitMemory == 67_108_864)
    #expect(pod.containers[1].restartCount == 2 && pod.containers[1].lastTermination?.exitCode == 137)
    #expect(pod.initContainers.map(\.name) == ["first"])
    #expect(pod.restarts == 2)
  }

  @Test func whoDisruptedAPodIsItsConditionsManager() throws {
    func pod(_ condition: String) throws -> Pod? {
      let text = #"""
        {"metadata":{"name":"a","uid":"u","managedFields":[
          {"manager":"kubelet","subresource":"status","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{"f:status":{}}}}}},
          {"manager":"kube-scheduler","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"DisruptionTarget\"}":{".":{}}}}}}]},
         "spec":{},"status":{"conditions":[{"type":"\#(condition)","status":"True"}]}}
        """#
      guard case .pod(let pod) = try object(.pods, text) else { return nil }
      return pod
    }
    #expect(try pod("DisruptionTarget")?.disruptedBy == "kube-scheduler")
    #expect(try pod("Ready")?.disruptedBy == "")
  }

  @Test func cronJobs() throws {
    let text = #"""
      {"metadata":{"name":"backup","namespace":"n","uid":"c"},"spec":{"schedule":"0 3 * * *","suspend":true,"jobTemplate":{"spec":{"backoffLimit":1,
       "template":{"spec":{"containers":[{"name":"c","image":"r/backup:7"}]}}}}},"status":{"active":[{"kind":"Job","name":"backup-1"}]}}
      """#
    guard case .workload(let workload) = try object(ClusterResource(.cronJob), text) else { return #expect(Bool(false)) }
    #expect(workload.image == "r/backup:7" && workload.isPaused && workload.desired == 0 && workload.kind.runsToCompletion)
    #expect(ClusterResource(.cronJob).path == "/apis/batch/v1/cronjobs")
  }

  @Test func lastChangeIsNotTheStatus() throws {
    let text = #"""
      {"metadata":{"name":"d","uid":"u","annotations":{"deployment.kubernetes.io/revision":"3"},"managedFields":[
        {"manager":"jenkins","operation":"Apply","time":"2026-01-01T02:58:00Z","fieldsV1":{"f:spec":{"f:template":{}}}},
        {"manager":"kube-controller-manager","operation":"Update","time":"2026-01-01T03:00:00Z","subresource":"status","fieldsV1":{"f:status":{}}},
        {"manager":"labeller","operation":"Update","time":"2026-01-01T04:00:00Z","fieldsV1":{"f:metadata":{}}}]},
       "spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"c","image":"r/x:2"}]}}},"status":{"readyReplicas":2}}
      """#
    guard case .workload(let workload) = try object(ClusterResource(.deployment), text) else { return #expect(Bool(false)) }
    #expect(workload.lastChange?.manager == "jenkins")
    #expect(workload.desired == 3 && workload.ready == 2 && workload.image == "r/x:2" && workload.revision == "3")
  }

  @Test func eventsOfBothKinds() throws {
    let core =
      #"{"metadata":{"uid":"1"},"involvedObject":{"kind":"Pod","uid":"p","fieldPath":"spec.containers{web}"},"reason":"Killing","count":4,"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:01:00Z"}"#
    guard case .event(let old) = try object(.events, core) else { return #expect(Bool(false)) }
    #expect(old.container == "web" && old.count == 4 && old.last == Timestamp(rfc3339: "2026-01-01T00:01:00Z"))
    let new =
      #"{"metadata":{"uid":"2"},"involvedObject":{"kind":"Pod"},"firstTimestamp":null,"lastTimestamp":null,"eventTime":"2026-01-01T00:00:00.5Z","series":{"count":2,"lastObservedTime":"2026-01-01T00:02:00Z"},"reportingComponent":"scheduler"}"#
    guard case .event(let series) = try object(.events, new) else { return #expect(Bool(false)) }
    #expect(series.count == 2 && series.source == "scheduler" && series.last == Timestamp(rfc3339: "2026-01-01T00:02:00Z"))
  }

  @Test func watchLines() throws {
    let gone = #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#
    guard case .failure(410, "Expired", "too old") = try decoder.watchLine(.pods, Array(gone.utf8)) else { return #expect(Bool(false)) }
    let bookmark = #"{"object":{"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}},"type":"BOOKMARK"}"#
    guard case .bookmark("7", true) = try decoder.watchLine(.pods, Array(bookmark.utf8)) else { return #expect(Bool(false)) }
    let added = #"{"type":"ADDED","object":{"metadata":{"name":"n","uid":"u","resourceVersion":"8"}}}"#
    guard case .added(.node(let node), "8") = try decoder.watchLine(.nodes, Array(added.utf8)) else { return #expect(Bool(false)) }
    #expect(node.name == "n")
  }

  @Test("what a watch tells of a pod was stored at its latest change; of a list nobody knows which change came last")
  func storedAt() throws {
    let status = #"{"manager":"kubelet","time":"2026-11-29T10:00:28Z","subresource":"status","fieldsV1":{"f:status":{}}}"#
    let spec = #"{"manager":"kube-controller-manager","time":"2026-11-29T10:00:20Z","fieldsV1":{"f:spec":{}}}"#
    let object = #"{"metadata":{"name":"p","uid":"u","resourceVersion":"8","managedFields":[\#(status),\#(spec)]}}"#
    let line = #"{"type":"MODIFIED","object":\#(object)}"#
    guard case .modified(.pod(let pod), "8") = try decoder.watchLine(.pods, Array(line.utf8)) else { return #expect(Bool(false)) }
    #expect(pod.stored == Timestamp(rfc3339: "2026-11-29T10:00:28Z"))
    let list = try decoder.list(.pods, Array(#"{"items":[\#(object)]}"#.utf8))
    guard case .pod(let listed)? = list.items.first else { return #expect(Bool(false)) }
    #expect(listed.stored == nil)
  }

  @Test func brokenLinesThrowAndNeverTrap() throws {
    let whole = Array(
      #"{"type":"ADDED","object":{"metadata":{"name":"n","uid":"u","labels":{"a":"b"}},"status":{"containerStatuses":[{"state":{"waiting":{"reason":"x"}}}]}}}"#
        .utf8)
    var random = SeededGenerator(seed: 3)
    for length in 0..<whole.count { #expect(throws: JSONError.self) { try decoder.watchLine(.pods, whole[..<length]) } }
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0...(random.next() % 4) { bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next()) }
      for resource in ClusterResource.allCases { _ = try? decoder.watchLine(resource, bytes) }
    }
  }

  @Test func stateKeepsOrderAndForgets() throws {
    let at = Timestamp(seconds: 1)
    var state = ClusterState(cluster: "c", at: at)
    func pod(_ name: String) -> ClusterObject { .pod(Pod(namespace: "n", name: name, uid: name)) }
    state.apply(ClusterDelta(resource: .pods, change: .relist([pod("b"), pod("a")]), at: at))
    state.apply(ClusterDelta(resource: .pods, change: .added(pod("aa")), at: at))
    #expect(state.snapshot().pods.map(\.name) == ["a", "aa", "b"])
    state.apply(ClusterDelta(resource: .pods, change: .deleted(pod("a")), at: at + .seconds(1)))
    #expect(state.snapshot().pods.map(\.name) == ["aa", "b"])
    state.apply(ClusterDelta(resource: .pods, change: .relist([pod("z")]), at: at))
    #expect(state.snapshot().pods.map(\.name) == ["z"])
    #expect(state.snapshot().at == at + .seconds(1))
  }
}
