import Checks
import ClusterModel
import MigrationPlan
import StrictYAML
import TelemetryModel
import TestKits
import Testing

@Suite("Checks of lessons and demos")
struct TrainingCheckTests {
  private func outcome(_ check: String, _ app: FakeApp, _ parameters: String) async -> Evidence.Outcome {
    await CheckRunner(app.context()).run(check, parameters: YAMLReader.read(parameters, file: "p").root).outcome
  }

  @Test(
    "answers",
    arguments: [
      ("catalog", Evidence.Outcome.pass), (" Catalog. ", .pass), ("CATALOG", .pass), ("orders", .fail), ("", .fail),
      ("catalog and orders", .fail),
    ])
  func failingService(answer: String, expected: Evidence.Outcome) async {
    let app = FakeApp()
    app.serve(["orders", "catalog"], "t", status: 500)
    #expect(await outcome("training.answer-names-failing-service", app, "{requestId: t, answer: \"\(answer)\"}") == expected)
  }

  @Test("services")
  func services() async {
    let app = FakeApp()
    app.serve(["orders", "catalog"], "t", status: 200)
    #expect(await outcome("training.answer-names-services", app, "{requestId: t, answer: 'orders, catalog'}") == .pass)
    #expect(await outcome("training.answer-names-services", app, "{requestId: t, answer: 'catalog and Orders'}") == .pass)
    #expect(await outcome("training.answer-names-services", app, "{requestId: t, answer: orders}") == .fail)
    #expect(await outcome("training.answer-names-services", app, "{requestId: t, answer: 'orders catalog billing'}") == .fail)
    #expect(await outcome("training.answer-names-services", app, "{requestId: none, answer: orders}") == .unknown)
    #expect(await outcome("training.answer-is", app, "{answer: Yes, expected: [yes]}") == .pass)
    #expect(await outcome("training.answer-is", app, "{answer: no, expected: [yes]}") == .fail)
  }

  @Test("pods and records")
  func pods() async {
    let app = FakeApp()
    app.serve(["orders"], "t", status: 200)
    let replaced = "{workload: orders, pod: orders-1}"
    let found = "{requestId: t, pod: orders-1}"
    #expect(await outcome("cluster.pod-replaced", app, replaced) == .fail)
    #expect(await outcome("logs.id-still-found-after-pod-deleted", app, found) == .fail)
    app.deletePod("orders")
    #expect(await outcome("cluster.pod-replaced", app, replaced) == .pass)
    #expect(await outcome("logs.id-still-found-after-pod-deleted", app, found) == .pass)
    #expect(await outcome("logs.id-still-found-after-pod-deleted", app, "{requestId: other, pod: orders-1}") == .fail)
    #expect(await outcome("cluster.workload-scaled", app, "{workload: orders, replicas: 1}") == .pass)
    app.scale("orders", 0)
    #expect(await outcome("cluster.workload-scaled", app, "{workload: orders, replicas: 0}") == .pass)
    #expect(await outcome("cluster.pod-replaced", app, replaced) == .fail)
    #expect(await outcome("training.request-followed", app, "{requestId: t, services: [orders]}") == .pass)
    #expect(await outcome("training.request-followed", app, "{requestId: t, services: [orders, ledger]}") == .fail)
  }
}
