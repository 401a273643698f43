import ClusterModel
import JSONBytes
import Kubernetes
import Testing
import TimeFormat

/// What changed about a workload, from recordings of a real server and from objects made for one rule each.
@Suite struct WorkloadHistoryTests {
  private func lines(_ changes: [WorkloadChange]) -> [String] {
    changes.map { change in
      let time = change.at.map { CivilTime($0).clock } ?? "–"
      return "\(time) \(change.revision.map { "rev \($0)" } ?? "-") \(words(change.what)) \(change.manager.isEmpty ? "?" : change.manager)"
    }
  }

  private func words(_ what: WorkloadChange.What) -> String {
    switch what {
    case .created(let image): "created \(image)"
    case .oldest(let image): "oldest \(image)"
    case .template(let differences):
      differences.map { "\($0.path): \($0.old?.jsonString ?? "–") → \($0.new?.jsonString ?? "–")" }.joined(separator: ", ")
    case .restarted: "restarted"
    case .rolledBack(let number, let from): "back to \(number.map { "\($0)" } ?? from.map { CivilTime($0).clock } ?? "–")"
    case .scaled(let from, let to): "scaled \(from.map { "\($0)" } ?? "?") → \(to)"
    case .spec: "spec"
    }
  }

  private func history(_ name: String, in snapshot: ClusterSnapshot, kind: String = "Deployment") throws -> [String] {
    let workload = try #require(snapshot.workload(ObjectReference(kind: kind, namespace: "shop", name: name)))
    return lines(WorkloadHistory.changes(of: workload, revisions: snapshot.revisions(of: workload)))
  }

  @Test func whoAndWhenOfARecordedCluster() throws {
    let recording = try Recording("kubernetes-a-revisions")
    var state = ClusterState(cluster: "real", at: recording.start)
    for delta in recording.deltas { state.apply(delta) }
    let snapshot = state.snapshot()
    #expect(
      try history("orders", in: snapshot) == [
        "14:03:31 rev 1 created example.test/box:1 kubectl-client-side-apply",
        "14:04:54 - scaled 2 → 4 kubectl",
        "14:05:05 - scaled 4 → 2 kubectl",
        #"14:05:15 rev 2 image: "example.test/box:1" → "example.test/missing:9" kubectl-set"#,
        "14:05:35 rev 3 back to 1 kubectl",
      ])
    #expect(
      try history("catalog", in: snapshot) == [
        "14:03:31 rev 1 created example.test/box:1 kubectl-client-side-apply",
        #"14:04:28 rev 2 image: "example.test/box:1" → "example.test/box:2" kubectl-set"#,
      ])
  }

  /// Who made revision 2 is hidden by a later change, the server gives the subresource `scale` no time, and nobody saw the earlier count.
  @Test func whatNobodySawIsNotInvented() throws {
    let recording = try Recording("kubernetes-a-revisions")
    var last: [String: ClusterDelta] = [:]
    for delta in recording.deltas {
      if case .added(let object) = delta.change { last[object.identity] = delta }
      if case .modified(let object) = delta.change { last[object.identity] = delta }
    }
    var state = ClusterState(cluster: "real", at: recording.start)
    for delta in last.values { state.apply(delta) }
    #expect(
      try history("orders", in: state.snapshot()) == [
        "– - scaled ? → 2 kubectl",
        "14:03:31 rev 1 created example.test/box:1 kubectl-client-side-apply",
        #"14:05:15 rev 2 image: "example.test/box:1" → "example.test/missing:9" ?"#,
        "14:05:35 rev 3 back to 1 kubectl",
      ])
  }

  @Test func aRelistTellsThatItWasScaledButNotWhen() throws {
    func deployment(_ replicas: Int) throws -> ClusterObject {
      let text = """
        {"items":[{"metadata":{"name":"orders","namespace":"shop","uid":"u","managedFields":[{"manager":"kubectl","operation":"Update",
        "subresource":"scale","fieldsV1":{"f:spec":{"f:replicas":{}}}}]},"spec":{"replicas":\(replicas)}}]}
        """
      return try #require(try ClusterDecoder().list(ClusterResource(.deployment), Array(text.utf8)).items.first)
    }
    let now = Timestamp(seconds: 1_800_000_000)
    var state = ClusterState(cluster: "c", at: now)
    for count in [2, 0] {
      state.apply(ClusterDelta(resource: ClusterResource(.deployment), change: .relist([try deployment(count)]), at: now))
    }
    #expect(try history("orders", in: state.snapshot()) == ["– - scaled 2 → 0 kubectl"])
  }

  /// A manager that owns the template has a new time when it changes something else; whoever watched knows when the template changed.
  @Test func aLaterChangeOfTheSameManagerMovesNoRollback() throws {
    func deployment(_ image: String, _ time: String, replicas: Int) throws -> ClusterObject {
      let text = """
        {"items":[{"metadata":{"name":"orders","namespace":"shop","uid":"u","managedFields":[{"manager":"kubectl","operation":"Update",
        "time":"2026-01-01T\(time)Z","fieldsV1":{"f:spec":{"f:template":{},"f:replicas":{}}}}]},
        "spec":{"replicas":\(replicas),"template":{"spec":{"containers":[{"name":"c","image":"\(image)"}]}}}}]}
        """
      return try #require(try ClusterDecoder().list(ClusterResource(.deployment), Array(text.utf8)).items.first)
    }
    let start = try #require(Timestamp(rfc3339: "2026-01-01T10:00:00Z"))
    var state = ClusterState(cluster: "c", at: start)
    let states = [("c:2", "10:10:00", 1), ("c:1", "10:20:00", 1), ("c:1", "10:30:00", 3), ("c:1", "10:40:00", 1)]
    for (image, time, replicas) in states {
      let at = try #require(Timestamp(rfc3339: "2026-01-01T\(time)Z"))
      state.apply(
        ClusterDelta(
          resource: ClusterResource(.deployment), change: .modified(try deployment(image, time, replicas: replicas)), at: at))
    }
    let workload = try #require(state.snapshot().workload(ObjectReference(kind: "Deployment", namespace: "shop", name: "orders")))
    func revision(_ number: Int, earlier: [Int] = [], after seconds: Int64, _ image: String) -> TemplateRevision {
      TemplateRevision(
        number: number, earlier: earlier, created: start + .seconds(seconds),
        template: PodTemplate(json: #"{"spec":{"containers":[{"name":"c","image":"\#(image)"}]}}"#))
    }
    let changes = WorkloadHistory.changes(
      of: workload, revisions: [revision(2, after: 600, "c:2"), revision(3, earlier: [1], after: 0, "c:1")])
    #expect(
      lines(changes).suffix(3) == [
        "10:20:00 rev 3 back to 1 kubectl", "10:30:00 - scaled 1 → 3 kubectl", "10:40:00 - scaled 3 → 1 kubectl",
      ])
  }

  @Test func aRevisionThatWasNumberedAnewIsARollback() throws {
    let start = Timestamp(rfc3339: "2026-01-01T10:00:00Z")!
    let owner = ObjectReference(kind: "StatefulSet", namespace: "shop", name: "db", uid: "db")
    func revision(_ number: Int, after seconds: Int64, _ image: String) -> ControllerRevision {
      let template = #"{"$patch":"replace","spec":{"containers":[{"name":"db","image":"\#(image)"}]}}"#
      return ControllerRevision(
        namespace: "shop", name: "db-\(image)", uid: image, controller: owner, revision: number, created: start + .seconds(seconds),
        template: PodTemplate(json: template))
    }
    var workload = Workload(reference: owner, created: start)
    workload.templateChanges = [Workload.Change(manager: "kubectl", at: start + .seconds(900), operation: "Update")]
    workload.lastChange = workload.templateChanges[0]
    let snapshot = ClusterSnapshot(
      cluster: "c", at: start, workloads: [workload],
      controllerRevisions: [revision(3, after: 0, "db:1"), revision(2, after: 600, "db:2")])
    #expect(
      try history("db", in: snapshot, kind: "StatefulSet") == [
        "10:00:00 - oldest db:1 ?", #"10:10:00 rev 2 image: "db:1" → "db:2" ?"#, "10:15:00 rev 3 back to 10:00:00 kubectl",
      ])
  }

  @Test func controllerRevisionsAreRead() throws {
    let text = #"""
      {"items":[{"metadata":{"name":"db-1","namespace":"shop","uid":"u","creationTimestamp":"2026-01-01T10:00:00Z",
       "ownerReferences":[{"kind":"StatefulSet","name":"db","uid":"o","controller":true}]},
       "data":{"spec":{"template":{"$patch":"replace","spec":{"containers":[{"name":"db","image":"db:1"}]}}}},"revision":4}]}
      """#
    guard case .controllerRevision(let revision)? = try ClusterDecoder().list(.controllerRevisions, Array(text.utf8)).items.first else {
      return #expect(Bool(false))
    }
    #expect(revision.revision == 4 && revision.controller?.name == "db" && revision.template.image == "db:1")
  }

  @Test func aSpecThatChangedBesideTheTemplateIsSaid() throws {
    let start = Timestamp(rfc3339: "2026-01-01T10:00:00Z")!
    var workload = Workload(
      reference: ObjectReference(kind: "Job", namespace: "shop", name: "sum", uid: "s"), image: "sum:1", created: start)
    workload.lastChange = Workload.Change(manager: "kubectl-edit", at: start + .seconds(60), operation: "Update")
    #expect(lines(WorkloadHistory.changes(of: workload, revisions: [])) == ["10:00:00 - created sum:1 ?", "10:01:00 - spec kubectl-edit"])
  }

  @Test func aRestartIsCalledSo() {
    let start = Timestamp(rfc3339: "2026-01-01T10:00:00Z")!
    func revision(_ number: Int, _ metadata: String) -> TemplateRevision {
      TemplateRevision(
        number: number, created: start + .seconds(60 * Int64(number)), template: PodTemplate(json: #"{"metadata":\#(metadata),"spec":{}}"#))
    }
    let workload = Workload(reference: ObjectReference(kind: "Deployment", namespace: "shop", name: "a", uid: "a"))
    let changes = WorkloadHistory.changes(
      of: workload,
      revisions: [
        revision(1, "{}"), revision(2, #"{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-01T10:02:00Z"}}"#),
      ])
    #expect(changes.last?.what == .restarted)
  }
}

@Suite struct TemplateDifferenceTests {
  private func differences(_ old: String, _ new: String) -> [String] {
    TemplateDifference.between(PodTemplate(json: old), and: PodTemplate(json: new)).map {
      "\($0.path): \($0.old?.jsonString ?? "–") → \($0.new?.jsonString ?? "–")"
    }
  }

  private func container(_ fields: String, name: String = "app") -> String { #"{"name":"\#(name)"\#(fields)}"# }
  private func template(_ containers: String...) -> String { #"{"spec":{"containers":[\#(containers.joined(separator: ","))]}}"# }

  @Test func whatControllersAddIsNoDifference() {
    #expect(
      differences(
        #"{"metadata":{"creationTimestamp":null,"labels":{"pod-template-hash":"1"}},"spec":{}}"#, #"{"$patch":"replace","spec":{}}"#
      ).isEmpty)
  }

  @Test func fieldsOfTheOnlyContainerStandAlone() {
    #expect(
      differences(
        template(container(#","args":["ledger"],"resources":{"limits":{"memory":"64Mi"}}"#)),
        template(container(#","args":["nope"],"resources":{"limits":{"memory":"96Mi","cpu":"1"}}"#))) == [
          #"args: ["ledger"] → ["nope"]"#, #"resources.limits.memory: "64Mi" → "96Mi""#, #"resources.limits.cpu: – → "1""#,
        ])
  }

  @Test func variablesGoByTheirNames() {
    #expect(
      differences(
        template(container(#","env":[{"name":"A","value":"1"},{"name":"B","value":"2"},{"name":"C"}]"#)),
        template(container(#","env":[{"name":"B","value":"3"},{"name":"D","valueFrom":{"fieldRef":{"fieldPath":"x"}}},{"name":"C"}]"#)))
        == [#"env B: "2" → "3""#, #"env D: – → {"fieldRef":{"fieldPath":"x"}}"#, #"env A: "1" → –"#])
  }

  @Test func severalContainersAreNamed() {
    #expect(
      differences(
        template(container(#","image":"a:1""#), container(#","image":"p:1","env":[{"name":"X","value":"1"}]"#, name: "proxy")),
        template(
          container(#","image":"a:1""#), container(#","image":"p:2","env":[{"name":"X","value":"2"}]"#, name: "proxy"),
          container(#","image":"l:1""#, name: "logger"))) == [
          #"containers[proxy].image: "p:1" → "p:2""#, #"containers[proxy].env X: "1" → "2""#, #"containers[logger]: – → "l:1""#,
        ])
  }

  @Test func elementsWithoutANameAreComparedAsAWhole() {
    #expect(
      differences(#"{"spec":{"tolerations":[{"key":"a"}]}}"#, #"{"spec":{"tolerations":[{"key":"b"}]}}"#)
        == [#"tolerations: [{"key":"a"}] → [{"key":"b"}]"#])
    #expect(
      differences(#"{"spec":{"nodeSelector":{"kubernetes.io/os":"a"}}}"#, #"{"spec":{"nodeSelector":{"kubernetes.io/os":"b"}}}"#)
        == [#"nodeSelector[kubernetes.io/os]: "a" → "b""#])
  }

  @Test func anotherOrderOfVariablesIsADifference() {
    #expect(
      differences(
        template(container(#","env":[{"name":"A"},{"name":"B"}]"#)), template(container(#","env":[{"name":"B"},{"name":"A"}]"#))
      ).count == 1)
  }
}
