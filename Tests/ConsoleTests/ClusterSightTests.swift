import ClusterModel
import Console
import Kubernetes
import Screen
import TestKits
import Testing
import TimeFormat
import Views

/// A cluster that does not answer, and one that shows this user a part of itself.
@Suite("How a cluster is seen")
struct ClusterSightTests {
  private func view(_ connection: ClusterConnection, _ visibility: Visibility = Visibility()) -> HealthView {
    var snapshot = ClusterSnapshot(cluster: "staging", at: Fixture.now, connection: connection)
    snapshot.visibility = visibility
    return HealthView(
      clusters: [ClusterHealth(snapshot: snapshot, verdicts: [])], reschedules: [], ledger: nil, now: Fixture.now)
  }

  private var limited: Visibility {
    var visibility = Visibility()
    (visibility.hidden, visibility.limited, visibility.namespaces) = (["nodes"], ["deployments.apps", "pods"], ["shop"])
    return visibility
  }

  @Test("a cluster without data has a line of JSON that says why, and a sentence for the exit code")
  func silent() {
    let reason = "https://x does not accept the credentials of context staging (HTTP 401 Unauthorized)"
    let stale = view(.stale(since: Fixture.now - .seconds(5), reason: reason, retryAt: nil))
    #expect(
      stale.jsonLines == [
        #"{"type":"cluster","cluster":"staging","status":"unknown","reason":"no data: \#(reason)","since":"2018-01-22T14:04:06.000Z"}"#
      ])
    #expect(stale.silence == "staging: no data: \(reason)")
    #expect(view(.connecting).silence == "staging: no data: it has not answered yet")
    #expect(view(.live(since: Fixture.now)).silence == nil)
    #expect(view(.live(since: Fixture.now)).jsonLines == [])
    #expect(NodesView([ClusterSnapshot(cluster: "staging", at: Fixture.now)], now: Fixture.now).silence != nil)
  }

  @Test("what is forbidden is named with the role that would give it")
  func forbidden() {
    let live = view(.live(since: Fixture.now), limited)
    let text = live.report(face: .utc).markdown
    #expect(text.contains("staging: namespace shop only; forbidden: nodes."))
    #expect(
      text.contains("kubectl create clusterrole periplus-viewer --verb=list,watch --resource=deployments.apps,nodes,pods, and bind it"))
    #expect(live.silence == nil)
    #expect(live.jsonLines.count == 1 && live.jsonLines[0].contains(#""forbidden":["nodes"],"namespaces":["shop"]"#))
    #expect(live.nodesLine(width: 60).text == "nodes not shown")
  }

  @Test("the Health page says it under the cluster's name", arguments: [80, 120])
  func page(columns: Int) async throws {
    var ports = ConsolePorts.fake(clusters: [])
    var snapshot = Fixture.snapshot("prd-fra")
    snapshot.visibility = limited
    ports.clusters = [StillCluster(snapshot)]
    let driver = try await ConsoleDriver(Place(.health), ports: ports, size: Size(columns: columns, rows: columns / 3))
    #expect(await driver.text().contains("namespace shop only; forbidden: nodes"))
  }

  @Test("a node at fault beside workloads of many namespaces has no namespace in its name")
  func node() async throws {
    let node = Node(name: "node-1", conditions: [Condition(type: "Ready", status: "False", message: "down")])
    let snapshot = ClusterSnapshot(
      cluster: "staging", at: Fixture.now, nodes: [node],
      workloads: ["a", "b"].map {
        Workload(reference: ObjectReference(kind: "Deployment", namespace: $0, name: "web", uid: $0), desired: 1)
      },
      connection: .live(since: Fixture.now))
    var ports = ConsolePorts.fake(clusters: [])
    ports.clusters = [StillCluster(snapshot)]
    ports.verdicts = { HealthAssessment.verdicts(on: $0, ledger: $1, now: $2) }
    let text = await (try ConsoleDriver(Place(.health), ports: ports, size: Size(columns: 120, rows: 40))).text()
    #expect(text.contains(" node-1") && !text.contains("/node-1"))
  }
}
