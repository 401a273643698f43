import ClusterModel
import Console
import Kubernetes
import Screen
import TestKits
import Testing
import TimeFormat
import Views

@Suite("Nodes")
struct NodesTests {
  /// node-3 lost, node-5 not ready, node-7 drained by nobody knows whom.
  private static var trouble: ClusterSnapshot {
    var snapshot = Fixture.snapshot("prd-fra")
    func change(_ name: String, _ change: (inout Node) -> Void) {
      guard var node = snapshot.node(name) else { return }
      change(&node)
      snapshot.nodes.put(node)
    }
    change("node-3") { node in
      node.conditions = ["MemoryPressure", "DiskPressure", "Ready"].map { type in
        Condition(
          type: type, status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status.",
          lastTransition: Fixture.at("13:58:40"))
      }
      for effect in ["NoSchedule", "NoExecute"] {
        node.taints.append(Taint(key: "node.kubernetes.io/unreachable", effect: effect, timeAdded: Fixture.at("13:58:40")))
      }
    }
    change("node-5") { node in
      node.conditions.removeAll { $0.type == "Ready" }
      node.conditions.append(
        Condition(
          type: "Ready", status: "False", reason: "KubeletNotReady", message: "container runtime is down: PLEG is not healthy",
          lastTransition: Fixture.at("14:01:10")))
    }
    change("node-7") { $0.unschedulableChange = nil }
    snapshot.pods.remove(Fixture.guest("index-8c4d9-x7p2m", of: "", "", node: "", milliCPU: 0, mebibytes: 0))
    return snapshot
  }

  private func driver(_ place: Place = Place(.nodes), _ size: Size = Size(columns: 120, rows: 40)) async throws -> ConsoleDriver {
    var ports = ConsolePorts.fake()
    ports.clusters = [StillCluster(Self.trouble)]
    return try await ConsoleDriver(place, ports: ports, size: size)
  }

  @Test("lost and not ready nodes come first, with the reason and since when")
  func trouble() async throws {
    for size in [Size(columns: 80, rows: 24), Size(columns: 120, rows: 40)] {
      try Golden.check(try await driver(size: size).screen(), "nodes-trouble-\(size.columns)x\(size.rows)")
    }
    let lost = try await driver(Place(.node, cluster: "prd-fra", item: "node-3"))
    try Golden.check(await lost.screen(), "node-trouble-120x40")
  }

  private func driver(size: Size) async throws -> ConsoleDriver { try await driver(Place(.nodes), size) }

  @Test("requested is the sum of what is on the node and has not ended; a percent is cut, not rounded")
  func requested() throws {
    let view = NodesView([Fixture.snapshot("prd-fra")], now: Fixture.now)
    let two = try #require(view.rows.first { $0.node.name == "node-2" })
    // reports 50 m + orders 50 m + cache 2500 m + exporter 100 m; the evicted pod reserves nothing.
    #expect(two.requested == ResourceAmounts(milliCPU: 2700, memory: (32 + 32 + 13_312 + 64) << 20))
    #expect(two.pods == 4)
    // 2700 / 3920 = 68.9 %; 13440 / 15360 = 87.5 %.
    #expect(two.cpuFraction?.percent == "68 %" && two.memoryFraction?.percent == "87 %")
    #expect(two.verdict.status == .amber && view.rows.first == two)
  }

  @Test("a cordon says who and when, and what is left to drain")
  func cordons() throws {
    func words(_ snapshot: ClusterSnapshot) throws -> String? {
      try #require(NodesView([snapshot], now: Fixture.now).rows.first { $0.node.name == "node-7" }).cordonWords(
        face: .utc, now: Fixture.now)
    }
    #expect(try words(Fixture.snapshot("prd-fra")) == "draining, 1 pod left: by kubectl, 13:51")
    // Of the DaemonSet's pod a drain takes no notice.
    #expect(try words(Self.trouble) == "drained: manager unknown, 13:51")
  }

  @Test("orders and the filter")
  func orders() {
    func names(_ order: NodesView.Order, _ filter: String = "") -> [String] {
      NodesView([Self.trouble], now: Fixture.now, filter: filter, order: order).rows.map(\.node.name)
    }
    #expect(names(.worstFirst) == ["node-3", "node-5", "node-2", "node-7", "node-1", "node-4", "node-6"])
    #expect(names(.mostCPU).prefix(3) == ["node-1", "node-2", "node-7"])
    #expect(names(.mostMemory).prefix(3) == ["node-2", "node-1", "node-7"])
    #expect(names(.byName).first == "node-1")
    #expect(names(.worstFirst, "pleg") == ["node-5"])
    #expect(names(.worstFirst, "dedicated=batch") == ["node-3"])
    #expect(names(.worstFirst, "DRAINED") == ["node-7"])
  }

  @Test("a cluster that does not answer is grey, never green, and its last words stand beside")
  func silent() throws {
    let view = NodesView([Fixture.snapshot("prd-sin")], now: Fixture.now)
    #expect(view.rows.allSatisfy { $0.verdict.status == .unknown && $0.ready == "no data" })
    #expect(view.silence(face: .utc) == ["prd-sin: no data for 41 s, retrying in 8 s (connection refused)"])
    #expect(view.rows.first?.why(face: .utc, now: Fixture.now) == ["last known 14:03"])
    #expect(!view.hasRed)
  }

  @Test("the JSON says the same")
  func json() throws {
    let line = try #require(NodesView([Self.trouble], now: Fixture.now, order: .byName).jsonLines.last)
    #expect(line.hasPrefix(#"{"cluster":"prd-fra","node":"node-7","status":"green","ready":"True","since":"2018-01-22T09:15:00.000Z""#))
    #expect(line.contains(#""requestedMilliCPU":100,"allocatableMilliCPU":3920,"requestedMemory":67108864"#))
    #expect(line.hasSuffix(#""cordoned":true,"drained":true,"cordonedAt":"2018-01-22T13:51:00.000Z"}"#))
  }

  @Test("from a pod to its node and to the owner of a pod there")
  func ways() async throws {
    let driver = try await driver(Place(.workload, cluster: "prd-fra", item: "shop/Deployment/reports"))
    try await driver.press("w")
    #expect(await driver.value("page") == "node")
    #expect(await driver.text().contains("prd-fra › node-"))
    try await driver.press("Enter")
    #expect(await driver.value("page") == "pod")
    try await driver.press("w", "o")
    #expect(await driver.value("page") == "workload")
    try await driver.press(":", "type:nodes", "Enter", "s")
    #expect(await driver.value("page") == "nodes")
    #expect(await driver.text().contains("most CPU requested first"))
  }

  @Test("a node's row on Health leads to the node")
  func fromHealth() async throws {
    var ports = ConsolePorts.fake()
    ports.clusters = [StillCluster(Self.trouble)]
    ports.verdicts = { snapshot, ledger, now in HealthAssessment.verdicts(on: snapshot, ledger: ledger, now: now) }
    for key in ["Enter", "o", "w"] {
      let driver = try await ConsoleDriver(Place(.health, filter: "node-3"), ports: ports)
      try await driver.press(key)
      #expect(await driver.value("page") == "node", "\(key)")
    }
  }

  @Test("without a node the page says why")
  func empty() async throws {
    var ports = ConsolePorts.fake(clusters: [])
    #expect(try await ConsoleDriver(Place(.nodes), ports: ports).text().contains("No cluster is watched yet."))
    ports.clusters = [StillCluster(ClusterSnapshot(cluster: "prd-fra", at: Fixture.now, connection: .live(since: Fixture.now)))]
    #expect(try await ConsoleDriver(Place(.nodes), ports: ports).text().contains("No nodes"))
    #expect(
      try await ConsoleDriver(Place(.node, cluster: "prd-fra", item: "node-9"), ports: ports).text().contains("node-9 is not in prd-fra"))
  }
}
