import ClusterModel
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

extension LoggingChecks {
  package static let idAtEveryHop = CheckDefinition(
    id: "logging.id-at-every-hop",
    assertion: "One request with one id is found in the records of every service that worked on it, messages included.",
    onFailure: "The trail breaks between two services: what happened behind the break cannot be found from a ticket.",
    howToMend: "The first service without records is where to look: does its caller send x-request-id upstream, and does the message "
      + "carry it in its metadata?",
    parameters: [
      namespaceField, SchemaField("hops", .list(.text), "the services, in order; default orders, catalog, ledger, billing"),
      SchemaField("request", .record(Canary.schema), "the request; default one order"), withinField,
    ]
  ) { context in
    guard let frontDoor = context.frontDoor else { throw CheckObstacle("no request may be sent from here") }
    let cluster = try Surroundings(context).snapshot.cluster
    let named = context.fields.texts("hops")
    let hops = named.isEmpty ? ["orders", "catalog", "ledger", "billing"] : named
    let canary = context.fields.record("request").map(Canary.init) ?? Canary.referenceApp[0]
    let within = context.fields.duration("within") ?? .seconds(10)
    let id = Canary.newID()
    let request = canary.request(id: id, namespace: context.namespace)
    let from = context.now()
    let response = try await frontDoor.send(request)
    guard (200..<300).contains(response.status) else {
      throw CheckObstacle("\(request.display) was answered with \(response.status), so the hops behind it were not reached")
    }
    let records = try await context.poll(
      within: within, until: { records in hops.allSatisfy { hop in records.contains { $0.service == hop } } }
    ) {
      try await context.logs.records(
        matching: LogQuery([.requestID(id)], range: CanaryFlight.window(from: from, to: context.now()), limit: 1000)
      ).records
    }
    let took = context.now() - from
    let missing = hops.filter { hop in !records.contains { $0.service == hop } }
    if records.isEmpty {
      let any = try await context.logs.records(
        matching: LogQuery(
          [.field("namespace", .equal, context.namespace)], range: from..<context.now() + .seconds(60), order: .newestFirst, limit: 1))
      if any.records.isEmpty {
        throw CheckObstacle("no record of the namespace \(context.namespace) arrived since the request: is the recorder running?")
      }
    }
    let counts = hops.map { hop in "\(hop) \(records.count { $0.service == hop })" }.joined(separator: ", ")
    return [
      CheckFinding(
        subject: cluster, outcome: missing.isEmpty ? .pass : .fail, grade: .exercised,
        observed: missing.isEmpty
          ? "records with \(id): \(counts), after \(took.brief)"
          : "no record with \(id) from \(missing.joined(separator: ", ")) after \(took.brief); records: \(counts)",
        details: missing.map { "\($0): no record with \(id)" }, query: "periplus logs --request-id \(id)",
        data: records.flatMap { $0.raw + [UInt8(ascii: "\n")] })
    ]
  }
}
