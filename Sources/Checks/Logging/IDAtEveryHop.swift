import Application
import ClusterModel
import LogStandard
import MigrationPlan
import StrictYAML
import TelemetryModel
import TimeFormat

extension CheckDefinition {
  static let idAtEveryHop = CheckDefinition(
    id: "logging.id-at-every-hop",
    assertion: "One request's id is found in the records of every service that handled it, including those that received it as a message.",
    onFailure: "The trail breaks between two services: nothing after that point can be found from a ticket.",
    howToFix: "Start at the first service without records: does its caller send x-request-id upstream, and does the message carry the id "
      + "in its metadata?",
    parameters: [
      CheckFields.namespace, SchemaField("request", .text, "a request of the app profile; required, there is no default"),
      SchemaField("hops", .list(.text), "the services, in order; default the profile's hops"), CheckFields.within,
    ]
  ) { context in
    guard let client = context.client else { throw CheckObstacle("requests cannot be sent to this cluster from here") }
    let cluster = try NamespaceWorkloads(context).snapshot.cluster
    let probe = try ProbeRequest.required(context)
    let named = context.fields.texts("hops")
    let hops = named.isEmpty ? probe.named.hops : named
    guard !hops.isEmpty else {
      throw CheckObstacle(
        "the app profile lists no hops for the request '\(probe.named.name)': list its services there, or under 'hops' in the check")
    }
    let within = context.fields.duration("within") ?? .seconds(10)
    let id = ProbeRequest.newID()
    let request = probe.request(id: id)
    let namespace = try context.namespace
    let from = context.now()
    let response = try await client.send(request)
    guard probe.named.isSuccess(response.status) else {
      throw CheckObstacle("\(request.display) returned \(response.status), so the services behind it were not reached")
    }
    let records = try await context.poll(
      within: within, until: { records in hops.allSatisfy { hop in records.contains { $0.service == hop } } }
    ) {
      try await context.logs.records(
        matching: LogQuery([.requestID(id)], range: ProbeRun.window(from: from, to: context.now()), limit: 1000)
      ).records
    }
    let took = context.now() - from
    let missing = hops.filter { hop in !records.contains { $0.service == hop } }
    if records.isEmpty {
      let any = try await context.logs.records(
        matching: LogQuery(
          [.field("namespace", .equal, namespace)], range: from..<context.now() + .seconds(60), order: .newestFirst, limit: 1))
      if any.records.isEmpty {
        throw CheckObstacle("no record from the namespace \(namespace) has arrived since the request was sent: is the recorder running?")
      }
    }
    let counts = hops.map { hop in "\(hop) \(records.count { $0.service == hop })" }.joined(separator: ", ")
    return [
      CheckFinding(
        subject: cluster, outcome: missing.isEmpty ? .pass : .fail, grade: .exercised,
        observed: missing.isEmpty
          ? "found \(id) after \(took.brief); records: \(counts)"
          : "\(missing.joined(separator: ", ")): no record with \(id) after \(took.brief); records: \(counts)",
        details: missing.map { "\($0): no record with \(id)" }, query: "periplus logs --request-id \(id)",
        data: records.flatMap { $0.raw + [UInt8(ascii: "\n")] })
    ]
  }
}
