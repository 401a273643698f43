import Application
import Checks
import Foundation
import JSONBytes
import StrictYAML
import TelemetryModel
import TestKits
import Testing
import Training

@Suite("Actions")
struct ActionTests {
  /// Runs a script as a demo's setup, and says what the ground was asked, or why it was not.
  private func run(_ actions: String, _ app: FakeApp = FakeApp()) async -> (log: [String], trouble: String?) {
    let ground = FakeGround(app)
    let text = """
      demo: 9
      title: T
      sprint: 1
      facility: logging
      minutes: 1
      size: 80x24
      seed: 1
      variables: {id: r1, three: "3"}
      setup:
      \(actions.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      steps: [{id: a, say: S}]
      """
    let (demo, diagnostics) = DemoParser.parse(text, file: "d")
    guard let demo else { return ([], diagnostics.map(\.text).joined(separator: "; ")) }
    let stage = FakeStage(app)
    let rehearsal = await DemoRunner(demo, stage: stage, ground: ground, context: app.context()).rehearse()
    return (ground.log, rehearsal.groundError)
  }

  @Test("every action says what it does, and has a table with meanings")
  func library() {
    #expect(Set(ActionLibrary.all.map(\.id)).count == ActionLibrary.all.count)
    for action in ActionLibrary.all {
      #expect(!action.meaning.isEmpty && !action.parameters.fields.isEmpty)
      #expect(action.parameters.fields.allSatisfy { !$0.meaning.isEmpty })
    }
    #expect(ActionLibrary.all.filter(\.isLearners).map(\.id) == ["answer"])
  }

  @Test("docs/checks-and-actions.md is what the definitions say")
  func document() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/checks-and-actions.md")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] != nil {
      try LibraryDocument.markdown.write(to: file, atomically: true, encoding: .utf8)
    }
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(text == LibraryDocument.markdown, "run the test with UPDATE_GOLDENS=1, then read the difference")
  }

  @Test("a request of the profile is sent with the id that the file chooses, and must end as expected")
  func send() async {
    let app = FakeApp()
    #expect(await run("- send: {request: place-order, requestId: \"${id}\"}", app).trouble == nil)
    #expect(Set(app.records.compactMap(\.requestID)) == ["r1"])
    #expect(Set(app.records.map(\.service)) == ["orders", "catalog", "ledger", "billing"])
    #expect(
      await run("- send: {request: place-order, requestId: a, expect: failure}").trouble
        == "setup: expected place-order a to fail, but it returned 201")
    #expect(
      await run("- send: {request: place-ordr, requestId: a}").trouble?.hasSuffix("did you mean 'place-order'?") == true)
    let failing = FakeApp()
    failing.faults.failingHop = "catalog"
    #expect(
      await run("- send: {request: place-order, requestId: a}", failing).trouble
        == "setup: expected place-order a to succeed, but it returned 500; periplus request a shows why")
  }

  @Test("pods, scale and faults go over the API and the operators' port of the profile")
  func changes() async {
    let done = await run(
      "- setFaults: {service: catalog, errorRate: 0.5, print: true}\n- clearFaults: {service: catalog}\n"
        + "- deletePod: {workload: orders}\n- deletePod: {workload: orders, pod: gone-1}\n- scale: {workload: orders, replicas: 0}\n"
        + "- waitReady: {workload: orders}")
    #expect(done.trouble == nil)
    #expect(
      done.log == [
        #"PUT catalog-1:8081/debug/faults {"errorRate":0.5,"print":true}"#, "DELETE catalog-1:8081/debug/faults ", "delete orders-1",
        "scale orders 0",
      ])
    #expect(
      await run("- waitReady: {workload: nobody}").trouble
        == "setup: the Deployment nobody does not exist in the namespace shop; periplus up deploys the application")
    #expect(
      await run("- setFaults: {service: gateway, errorRate: 1}", FakeApp(.invoices)).trouble
        == "setup: the app profile of invoices has no operator port, so faults cannot be set; add 'operators' to it")
  }

  @Test("a variable is filled before the table is asked: a number is a number, and what is none is refused in words")
  func variables() async {
    let scaled = await run("- scale:\n    workload: orders\n    replicas: ${three}")
    #expect(scaled.log == ["scale orders 3"])
    #expect(
      await run("- scale:\n    workload: orders\n    replicas: ${id}").trouble
        == "setup: scale.replicas: expected a whole number from 0 to 100, came 'r1'")
    let app = FakeApp()
    let remembered = await run(
      "- send: {request: place-order, requestId: r}\n- rememberPod: {as: pod, service: orders, requestId: r}\n"
        + "- deletePod: {workload: orders, pod: \"${pod}\"}", app)
    #expect(remembered.log == ["delete orders-1"])
    let waited = await run("- waitForRecords: {requestId: x, services: [orders], within: 1s}")
    #expect(waited.trouble?.contains("no record of x from orders within 1 s") == true)
    #expect(
      await run("- rememberPod: {as: pod, service: orders, requestId: x}").trouble
        == "setup: expected a record of x from orders, but there is none")
  }
}
