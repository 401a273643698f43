import ClusterModel
import Console
import Foundation
import JSONBytes
import Screen
import TestKits
import Testing
import Views

@Suite("Actions, description, YAML")
struct ObjectTests {
  private static let manifest = """
    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"reports","namespace":"shop","labels":{"app":"reports"},
    "managedFields":[{"manager":"kubectl"}],"creationTimestamp":"2018-01-22T02:58:00Z"},
    "spec":{"replicas":3,"selector":{"matchLabels":{"app":"reports"}},"strategy":{"type":"Recreate"},"template":{"spec":{"containers":
    [{"name":"reports","image":"registry.acme/reports:1.4.3","args":["--password=hunter2hunter2"],"env":[{"name":"DB_PASSWORD","value":"hunter2"},
    {"name":"PORT","value":"8080"}],"resources":{"limits":{"memory":"64Mi"}}}]}}},
    "status":{"replicas":3,"updatedReplicas":3,"conditions":[{"type":"Available","status":"False","reason":"MinimumReplicasUnavailable"}]}}
    """

  private func driver(_ place: Place = Place(.health), failure: FakeError? = nil) async throws -> ConsoleDriver {
    var ports = ConsolePorts.fake()
    ports.manifest = { _, _ in
      if let failure { throw failure }
      return try JSONValue(parsing: Array(Self.manifest.utf8))
    }
    return try await ConsoleDriver(place, ports: ports, size: Size(columns: 120, rows: 50))
  }

  @Test("a lists the actions of the row with their keys, disabled ones with their reason")
  func actions() async throws {
    let driver = try await driver()
    try await driver.press("a")
    let text = await driver.text()
    #expect(text.contains("Actions: Deployment/reports in prd-fra"))
    #expect(text.contains("Restart the workload of the row by a rollout"))
    #expect(text.contains("Delete the pod of the row – This row is not a pod."))
    try await driver.press("l")
    #expect(await driver.value("page") == "logs")
  }

  @Test("on 80 columns an action and its reason go on in the next row")
  func wrapped() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press("a")
    let rows = await driver.screen().filter { $0.contains("│") }
    let words = rows.joined(separator: " ").split { " │".contains($0) }.joined(separator: " ")
    #expect(words.contains("one time axis with its records and pods"))
    #expect(!words.contains("…"), "\(rows.joined(separator: "\n"))")
  }

  @Test("an action that wants an argument is completed in the palette")
  func argument() async throws {
    let driver = try await driver()
    try await driver.press("a")
    for _ in 0..<20 where await driver.screen().contains(where: { $0.contains("▸ :scale") }) == false { try await driver.press("j") }
    try await driver.press("Enter", "type:5", "Enter")
    #expect(await driver.text().contains("Scale Deployment/reports in prd-fra to 5?"))
  }

  @Test("Y shows the object as YAML, without managedFields and with its secrets masked")
  func yaml() async throws {
    let driver = try await driver()
    try await driver.press("Y")
    let text = await driver.text()
    #expect(text.contains("image: registry.acme/reports:1.4.3"))
    #expect(text.contains("value: '8080'"))
    #expect(!text.contains("hunter2") && !text.contains("managedFields"))
    try await driver.press("y")
    #expect(await driver.console.clipboard?.contains("kind: Deployment\n") == true)
  }

  @Test("d describes it as kubectl does")
  func describe() async throws {
    let driver = try await driver()
    try await driver.press("d")
    let text = await driver.text()
    #expect(text.contains(try Regex(#"Name: +reports"#)))
    #expect(text.contains(try Regex(#"Replicas: +3 desired \| 3 updated \| 3 total \| 0 available"#)))
    #expect(text.contains(try Regex(#"Strategy: +Recreate"#)))
    #expect(text.contains("Available         False"))
    try await driver.press("Esc", "Enter", "d")
    #expect(await driver.text().contains("Back-off restarting failed container"))
  }

  @Test("what the API server says instead stands in place; a closed layer waits for nothing")
  func failure() async throws {
    let driver = try await driver(failure: FakeError(description: "deployments.apps \"reports\" not found"))
    try await driver.press("d")
    #expect(await driver.text().contains("✖ deployments.apps \"reports\" not found"))
  }

  @Test("a Secret keeps its keys and none of its values")
  func secret() async throws {
    let secret = try JSONValue(
      parsing: Array(
        #"{"kind":"Secret","metadata":{"name":"db","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"p\":\"aHVudGVyMg==\"}}"}},"data":{"p":"aHVudGVyMg=="}}"#
          .utf8))
    var ports = ConsolePorts.fake()
    ports.manifest = { _, _ in secret }
    let query = ObjectManifest(ObjectReference(kind: "Secret", namespace: "shop", name: "db"), in: "prd-fra")
    let shown = try await query.run(ports.sources)
    #expect(shown.at("data", "p") == .string("***"))
    #expect(!shown.jsonString.contains("aHVudGVyMg"))
  }

  @Test("restart warns when the strategy is Recreate")
  func recreate() async throws {
    var ports = ConsolePorts.fake()
    var snapshot = Fixture.snapshot("prd-fra")
    snapshot.workloads = .init(
      snapshot.workloads.map { workload in
        var workload = workload
        workload.updateStrategy = "Recreate"
        return workload
      })
    ports.clusters = [StillCluster(snapshot)]
    let driver = try await ConsoleDriver(ports: ports)
    try await driver.press(":", "type:restart", "Enter")
    #expect(await driver.text().contains("strategy is Recreate"))
  }
}

@Suite("Words of kubectl")
struct ResourceWordsTests {
  @Test(
    "a resource's word leads to where it is seen",
    arguments: [
      ("deploy", "health/kind:deployment"), ("deployments", "health/kind:deployment"), ("sts", "health/kind:statefulset"),
      ("deploy shop", "health/kind:deployment namespace:shop"), ("ns shop", "health/namespace:shop"),
      ("ctx dev-fra", "health/cluster:dev-fra"),
    ])
  func places(word: String, link: String) async throws {
    let driver = try await ConsoleDriver()
    try await driver.press(":", "type:\(word)", "Enter")
    #expect(await driver.value("link") == link)
  }

  @Test("Health shows what its words ask for, and nothing else")
  func filter() async throws {
    let driver = try await ConsoleDriver(Place(.health, filter: "kind:deployment cluster:dev-fra"))
    #expect(await driver.text().contains("checkout"))
    #expect(await !driver.text().contains("reports"))
    let none = try await ConsoleDriver(Place(.health, filter: "kind:statefulset"))
    #expect(await !none.text().contains("checkout"))
  }

  @Test("pods, namespaces, contexts and events are lists that lead on")
  func lists() async throws {
    let driver = try await ConsoleDriver()
    try await driver.press(":", "type:po", "Enter")
    #expect(await driver.text().contains("prd-fra shop/reports-7f7b8-4ftrr"))
    try await driver.press("Enter")
    #expect(await driver.value("page") == "pod")
    try await driver.press("Esc", ":", "type:events Pulled", "Enter")
    #expect(await driver.text().contains("Pulled"))
    #expect(await !driver.text().contains("BackOff "))
    try await driver.press("Enter")
    #expect(await driver.value("link") == "health/prd-fra:shop/Pod/reports-7f7b8-4ftrr")
    try await driver.press("Esc", ":", "type:ctx", "Enter")
    #expect(await driver.text().contains("prd-sin  ◌ stale"))
    try await driver.press("Esc", ":", "type:ns", "Enter", "Enter")
    #expect(await driver.value("link") == "health/namespace:shop")
  }
}
