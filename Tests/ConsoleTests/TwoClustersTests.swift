import ClusterModel
import Console
import Screen
import Synchronization
import TelemetryModel
import TestKits
import Testing
import TimeFormat
import Views

/// Two clusters with the same namespaces, workloads, pods and requests: whatever leads somewhere leads to the right one.
@Suite("Two clusters")
struct TwoClustersTests {
  private static let east = "east"
  private static let west = "arn:aws:eks:eu-west-1:4711:cluster/west"

  private func driver(
    actions: FakeActions = FakeActions(), ground: String? = nil, place: Place = Place(.health)
  ) async throws -> ConsoleDriver {
    let logs = MemoryLogs.fixture(
      [Self.east, Self.west].flatMap { cluster in
        (Fixture.lastWords + Fixture.records).map { record in
          var record = record
          record.origin.cluster = cluster
          record.message += " in \(cluster.suffix(4))"
          return record
        }
      })
    let ledger = MemoryLedger.fixture(
      [Self.east, Self.west].flatMap { cluster in
        Fixture.reschedules.suffix(1).map { entry in
          var entry = entry
          (entry.cluster, entry.key) = (cluster, "\(cluster)/\(entry.key)")
          return entry
        }
      })
    var ports = ConsolePorts.fake(logs: logs, ledger: ledger, actions: actions)
    ports.clusters = [StillCluster.twin(Self.east), StillCluster.twin(Self.west)]
    ports.verdicts = { snapshot, _, _ in
      Fixture.verdicts("prd-fra").map { verdict in
        var verdict = verdict
        verdict.cluster = snapshot.cluster
        return verdict
      }
    }
    return try await ConsoleDriver(place, ports: ports, size: Size(columns: 120, rows: 40)) { state in
      state.shared.actionClusters = [Self.east, Self.west]
      state.shared.productionClusters = []
      state.shared.ground = ground
    }
  }

  @Test("from the row of each to its workload, its pod, its logs and back to its owner", arguments: [(east, 0), (west, 8)])
  func drill(cluster: String, row: Int) async throws {
    let driver = try await driver()
    for _ in 0..<row { try await driver.press("j") }
    try await driver.press("Enter")
    #expect(await driver.value("link") == "health/\(cluster):shop/Deployment/reports")
    let other = cluster == Self.east ? Self.west : Self.east
    let text = await driver.text()
    #expect(text.contains("rendering in \(cluster.suffix(4))") && !text.contains("rendering in \(other.suffix(4))"), "\(text)")
    try await driver.press("Enter")
    #expect(await driver.value("link") == "health/\(cluster):shop/Pod/reports-7f7b8-4ftrr")
    try await driver.press("l")
    #expect(await driver.value("query") == "cluster:\(cluster) pod:reports-7f7b8-4ftrr")
    #expect(await driver.value("records") == "3")
    #expect(await driver.text().contains("rendering in \(other.suffix(4))") == false)
    try await driver.press("o")
    #expect(await driver.value("link") == "health/\(cluster):shop/Deployment/reports")
    try await driver.press("[", "[")
    #expect(await driver.value("link") == "health/\(cluster):shop/Pod/reports-7f7b8-4ftrr")
  }

  @Test("the palette lists both and opens the one that was chosen", arguments: [(east, 0), (west, 1)])
  func palette(cluster: String, row: Int) async throws {
    let driver = try await driver()
    try await driver.press(":", "type:billing")
    for _ in 0..<row { try await driver.press("Down") }
    try await driver.press("Enter")
    #expect(await driver.value("link") == "health/\(cluster):shop/Deployment/billing")
  }

  @Test("a link that names the cluster leads to it; one that does not asks for it", arguments: [east, west])
  func links(cluster: String) async throws {
    let driver = try await driver()
    try await driver.console.run(command: "open health/\(cluster):shop/Pod/orders-7f7b8-4ftrr")
    #expect(await driver.value("link") == "health/\(cluster):shop/Pod/orders-7f7b8-4ftrr")
    try await driver.console.run(command: "open health")
    try await driver.console.run(command: "open health/shop/Deployment/orders")
    #expect(await driver.value("page") == "health")
    let sentence =
      "shop/Deployment/orders is in east and \(Self.west); name the cluster, e.g. health/east:shop/Deployment/orders."
    #expect(await driver.value("message") == sentence)
    try await driver.console.run(command: "open health/weast:shop/Deployment/orders")
    #expect(await driver.value("message")?.hasPrefix("The cluster weast is not watched; watched are east, arn:") == true)
  }

  @Test("without a cluster a link leads to the proving ground")
  func ground() async throws {
    let driver = try await driver(ground: Self.west)
    try await driver.console.run(command: "open health/shop/Deployment/orders")
    #expect(await driver.value("link") == "health/\(Self.west):shop/Deployment/orders")
  }

  @Test("actions are done in the cluster of the row", arguments: [(east, 0), (west, 8)])
  func actions(cluster: String, row: Int) async throws {
    let actions = FakeActions()
    let driver = try await driver(actions: actions)
    for _ in 0..<row { try await driver.press("j") }
    try await driver.press(":", "type:scale 3", "Enter", "y")
    try await driver.press(":", "type:restart", "Enter", "y")
    try await driver.press("Enter", ":", "type:delete", "Enter", "y")
    let reports = Fixture.deployment("reports")
    #expect(
      actions.done.withLock { $0 } == [
        .scale(cluster: cluster, workload: reports, replicas: 3), .restart(cluster: cluster, workload: reports),
        .deletePod(cluster: cluster, namespace: "shop", name: "reports-7f7b8-4ftrr"),
      ])
  }

  @Test("an entry of the ledger leads to the logs and the owner in its own cluster", arguments: [[], ["v"]])
  func ledger(keys: [String]) async throws {
    let driver = try await driver(place: Place(.reschedules))
    for key in keys { try await driver.press(key) }
    var seen: Set<String> = []
    for row in 0..<2 {
      if row > 0 { try await driver.press("j") }
      try await driver.press("o")
      let link = try #require(await driver.value("link"))
      let cluster = link.contains(Self.east + ":") ? Self.east : Self.west
      #expect(link.hasPrefix("health/\(cluster):shop/Deployment/") && seen.insert(cluster).inserted, "\(link)")
      try await driver.press("[", "l")
      #expect(await driver.value("query")?.hasPrefix("cluster:\(cluster) ") == true)
      try await driver.press("[")
    }
  }

  @Test("a record leads to the owner in its own cluster", arguments: [east, west])
  func owner(cluster: String) async throws {
    let driver = try await driver(place: Place(.logs, filter: "cluster:\(cluster) request:\(Fixture.requestID)"))
    try await driver.press("o")
    #expect(await driver.value("link") == "health/\(cluster):shop/Deployment/orders")
    try await driver.press("l")
    #expect(await driver.value("query") == "cluster:\(cluster) pod:orders-7f7b8-4ftrr")
  }
}
