import Application
import JSONBytes
import LogStandard
import StrictYAML
import TelemetryModel
import TimeFormat

/// A request that a check sends itself, to see the facility work and not only to see its traces: one of the app profile's, by name.
struct ProbeRequest: Sendable {
  let named: NamedRequest
  private let profile: AppProfile
  private let namespace: String

  /// The one request that a check needs.
  ///
  /// - Throws: ``CheckObstacle`` when the check names none, or one that the profile does not have; it names those there are.
  static func required(_ context: CheckContext) throws -> ProbeRequest {
    guard let name = context.fields.text("request") else {
      let known = try context.profile.requests.map(\.name)
      throw CheckObstacle(
        "the check needs a request of the app profile: set 'request: NAME' under its parameters, NAME one of \(known.joined(separator: ", "))"
      )
    }
    return try ProbeRequest(name, context)
  }

  init(_ name: String, _ context: CheckContext) throws {
    profile = try context.profile
    namespace = try context.namespace
    do throws(UnknownRequest) {
      named = try profile.request(named: name)
    } catch {
      throw CheckObstacle(error.sentence)
    }
    guard named.follows == nil else {
      throw CheckObstacle("the request '\(name)' follows another request; a check needs one that can be sent by itself")
    }
  }

  func request(id: String) -> ServiceRequest {
    let filled = named.filled(profile.firstValues(id: id))
    return ServiceRequest(
      namespace: namespace, service: named.service, port: named.port, method: filled.method, path: filled.path,
      headers: [(LogField.requestIDHeader, id)] + filled.headers.map { ($0.name, $0.value) }, body: filled.body)
  }

  /// Recognizable as a check's own in every log.
  static func newID() -> String { "check-\(RequestID.make())" }
}

/// Sends the probe requests that a check names, and waits until the log knows them.
enum ProbeRun {
  struct Landing {
    /// The ids that have arrived in the log with a completion record.
    var arrived: Set<String> = []
    /// The services that answered one and wrote no completion record of it.
    var silent: Set<String> = []
  }

  static let field = SchemaField(
    "requests", .list(.text), "requests of the app profile to send first, so that the facility is exercised; default none")

  /// Sends each request and waits for its completion record. Where nothing may be sent, what is found is observed and not exercised.
  static func send(_ context: CheckContext) async throws -> Landing {
    let probes = try context.fields.texts("requests").map { try ProbeRequest($0, context) }
    guard let client = context.client, !probes.isEmpty else { return Landing() }
    let from = context.now()
    var services: [String: String] = [:]
    for probe in probes {
      let id = ProbeRequest.newID()
      // A service that cannot be reached lowers the grade of what is found; it is no failure of logging.
      if (try? await client.send(probe.request(id: id))) != nil { services[id] = probe.named.service }
    }
    let ids = Set(services.keys)
    guard !ids.isEmpty else { return Landing() }
    let within = context.fields.duration("within") ?? .seconds(10)
    let arrived = try await context.poll(within: within, until: { $0 == ids }) {
      var arrived: Set<String> = []
      for id in ids {
        let page = try await context.logs.records(
          matching: LogQuery([.requestID(id)], range: window(from: from, to: context.now()), limit: 200))
        if page.records.contains(where: { $0.fields[LogField.category]?.stringValue == LogCategory.response }) { arrived.insert(id) }
      }
      return arrived
    }
    var landing = Landing(arrived: arrived)
    for (id, service) in services {
      let page = try await context.logs.records(
        matching: LogQuery([.requestID(id), .field("service", .equal, service)], range: window(from: from, to: context.now()), limit: 200))
      if page.records.isEmpty { landing.silent.insert(service) }
    }
    return landing
  }

  /// Clocks of nodes differ a little; a record's own time may lie before the request was sent.
  static func window(from: Timestamp, to: Timestamp) -> Range<Timestamp> {
    from - .seconds(60)..<to + .seconds(60)
  }
}
