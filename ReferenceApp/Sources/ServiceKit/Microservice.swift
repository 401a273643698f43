public import AsyncHTTPClient
import Glibc
public import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle

/// A service with all facilities: routes and background work go in, the rest is done.
///
///     LineSupervisor.superviseThisProcess { ServiceIdentity(name: "greeter", type: "demo") }
///     var service = try Microservice(ServiceIdentity(name: "greeter", type: "demo"))
///     service.router.get("/greeting") { _, _ in "Hello" }
///     await service.runAndExit()
public struct Microservice {
  /// Who this service is in its records.
  public let identity: ServiceIdentity
  /// Its configuration.
  public let environment: ServiceEnvironment
  /// Whether it serves or drains.
  public let state = ServiceState()
  /// What operators have broken on purpose.
  public let faults: Faults
  /// A logger labelled with the service's name.
  public let logger: Logger
  /// The public routes; the facilities' middleware is installed.
  public let router: Router<ServiceContext>
  /// The HTTP client that all upstreams share; closed when the service ends.
  public let client: HTTPClient

  private var checks: [ReadinessCheck] = []
  private var work: [BackgroundWork] = []
  private let sprint: Int
  private let address: String
  private let port: Int
  private let operatorPort: Int
  private let lameDuck: Duration
  private let drainLimit: Duration

  /// Sets up logging for the process, so make one Microservice per process, and make it first.
  ///
  /// - Parameter sprint: facilities up to this one are on; 0 is a service as it was before the first.
  /// - Throws: ``ConfigurationError`` about a variable: `BIND_ADDRESS` (0.0.0.0), `PORT` (8080), `OPERATOR_PORT` (8081),
  ///   `LAME_DUCK_SECONDS` (2), `DRAIN_SECONDS` (15), `FAULT_…`.
  public init(_ identity: ServiceIdentity, environment: ServiceEnvironment = .process, sprint: Int = 1) throws {
    self.identity = identity
    self.environment = environment
    self.sprint = sprint
    ServiceLogging.bootstrap(identity: identity, environment: environment, profile: sprint >= 1 ? nil : .plain)
    signal(SIGPIPE, SIG_IGN)
    logger = Logger(label: identity.name)
    address = environment["BIND_ADDRESS"] ?? "0.0.0.0"
    port = try environment.int("PORT", default: 8080)
    operatorPort = try environment.int("OPERATOR_PORT", default: 8081)
    lameDuck = try environment.seconds("LAME_DUCK_SECONDS", default: 2)
    drainLimit = try environment.seconds("DRAIN_SECONDS", default: 15)
    faults = Faults(try FaultSettings(environment: environment))
    router = Router(context: ServiceContext.self)
    if sprint >= 1 { router.add(middleware: RequestLogMiddleware(state: state, faults: faults, logger: Logger(label: "requests"))) }
    router.add(middleware: FaultMiddleware(faults: faults))

    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = .seconds(1)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    // Shorter than any server's keep-alive, so that a kept connection is rarely closed under a request.
    configuration.connectionPool.idleTimeout = .seconds(20)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Something without which this service cannot serve.
  public mutating func require(_ name: String, _ check: @escaping @Sendable () async throws -> Void) {
    checks.append(ReadinessCheck(name, check: check))
  }

  /// Work beside the requests. It must end soon after ``ServiceState/isDraining`` becomes true.
  public mutating func inBackground(_ name: String, _ body: @escaping @Sendable (ServiceState) async throws -> Void) {
    work.append(BackgroundWork(name: name, state: state, body: body))
  }

  /// Handles a topic's messages until the service drains.
  public mutating func consume(_ topic: String, from queue: any MessageQueue, _ handle: @escaping @Sendable (Message) async throws -> Void)
  {
    let consumer = MessageConsumer(queue: queue, topic: topic)
    inBackground("consumer of \(topic)") { state in try await consumer.run(until: state, handle) }
  }

  /// A service that this one calls, found by the environment.
  public func upstream(_ name: String) -> Upstream {
    Upstream(name: name, baseURL: environment.address(of: name), client: client, faults: faults)
  }

  /// Serves until SIGTERM or SIGINT, then drains and ends the process: 0 when all went well, 1 when it could not start or failed.
  public func runAndExit() async -> Never {
    do {
      try await run()
      exit(0)
    } catch {
      logger.error("\(identity.name) ends: \(describe(error))")
      exit(1)
    }
  }

  /// Serves until SIGTERM or SIGINT, then drains and returns.
  ///
  /// From the first signal on readiness answers 503 and responses carry `Connection: close`, while requests are still served; after
  /// `LAME_DUCK_SECONDS` the listener closes and what is in flight finishes, for `DRAIN_SECONDS` at most. A second signal ends the process at once.
  public func run() async throws {
    logger.info(
      "\(identity.name) starts on \(address), port \(port) for clients and \(operatorPort) for operators.",
      metadata: ["sprint": .stringConvertible(sprint)])
    let operators = OperatorEndpoints(state: state, faults: faults, checks: checks, identity: identity, logger: Logger(label: "operator"))
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: server(operators.router(), port: operatorPort, name: "operator")),
      .init(service: server(router, port: port, name: "http")),
    ]
    services += work.map { .init(service: $0) }
    services.append(.init(service: LameDuck(duration: lameDuck)))
    let group = ServiceGroup(configuration: .init(services: services, logger: Logger(label: "lifecycle")))

    let ending = ServiceEnding(
      name: identity.name, state: state, faults: faults, group: group, patience: lameDuck + drainLimit, logger: logger)

    let outcome: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { [faults] tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask { await ending.watchSignals() }
        tasks.addTask { await faults.leak() }
        _ = try await tasks.next()
        tasks.cancelAll()
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try? await client.shutdown()
    try outcome.get()
    logger.info("\(identity.name) has stopped after \(state.answeredCount) answered requests.")
  }

  private func server(_ router: Router<ServiceContext>, port: Int, name: String) -> Application<RouterResponder<ServiceContext>> {
    Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname(address, port: port), backlog: 1024),
      logger: Logger(label: name))
  }

  private func describe(_ error: any Error) -> String {
    if let error = error as? IOError, error.errnoCode == EADDRINUSE || error.errnoCode == EADDRNOTAVAIL || error.errnoCode == EACCES {
      let reason = String(cString: strerror(error.errnoCode))
      return
        "it cannot listen on \(address), port \(port) or \(operatorPort) (\(reason)): free them, or set BIND_ADDRESS, PORT and OPERATOR_PORT."
    }
    return String(describing: error)
  }
}
