public import AsyncHTTPClient
import Glibc
public import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle

/// An HTTP service with the facilities it lists. It brings health endpoints, graceful shutdown and fault injection; the caller adds
/// routes, readiness checks and background work.
///
///     OutputSupervisor.superviseThisProcess { ServiceIdentity(name: "greeter", type: "demo") }
///     let service = try Microservice(ServiceIdentity(name: "greeter", type: "demo"), facilities: [.logging])
///     service.router.get("/greeting") { _, _ in "Hello" }
///     await service.runAndExit()
public struct Microservice {
  /// The service's name, version and pod, as its records carry them.
  public let identity: ServiceIdentity
  /// Its configuration.
  public let environment: ServiceEnvironment
  /// The facilities that are on, in the order in which they are installed.
  public let facilities: [Facility]
  /// Whether it is draining, and the requests in flight.
  public let state = ServiceState()
  /// Injected faults.
  public let faults: Faults
  /// A logger labelled with the service's name.
  public let logger: Logger
  /// The public routes, on `PORT`. The facilities' middleware is installed.
  public let router = Router(context: ServiceContext.self)
  /// Routes for operators, probes and scrapers, on `OPERATOR_PORT`. No middleware: requests to them are not logged.
  public let operatorRouter = Router(context: ServiceContext.self)
  /// The HTTP client that all upstreams share; shut down when the service ends.
  public let client: HTTPClient

  private var checks: [ReadinessCheck] = []
  private var work: [BackgroundWork] = []
  private let address: String
  private let port: Int
  private let operatorPort: Int
  private let lameDuck: Duration
  private let drainLimit: Duration

  /// Sets up logging for the process, so make one Microservice per process, and make it first.
  ///
  /// - Parameter facilities: in any order; none is a service as it was before the first facility.
  /// - Throws: ``ConfigurationError`` about a variable: `BIND_ADDRESS` (0.0.0.0), `PORT` (8080), `OPERATOR_PORT` (8081),
  ///   `LAME_DUCK_SECONDS` (2), `DRAIN_SECONDS` (15), `FAULT_…`, or one of a facility.
  public init(_ identity: ServiceIdentity, environment: ServiceEnvironment = .process, facilities: [Facility]) throws {
    self.identity = identity
    self.environment = environment
    self.facilities = facilities.sorted { $0.order < $1.order }
    var logSetup = LogSetup(environment: environment)
    for facility in self.facilities { facility.setUpLogging(&logSetup) }
    ServiceLogging.bootstrap(identity: identity, environment: environment, profile: logSetup.profile)
    signal(SIGPIPE, SIG_IGN)
    logger = Logger(label: identity.name)
    address = environment["BIND_ADDRESS"] ?? "0.0.0.0"
    port = try environment.int("PORT", default: 8080)
    operatorPort = try environment.int("OPERATOR_PORT", default: 8081)
    lameDuck = try environment.seconds("LAME_DUCK_SECONDS", default: 2)
    drainLimit = try environment.seconds("DRAIN_SECONDS", default: 15)
    faults = Faults(try FaultSettings(environment: environment))

    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = .seconds(1)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    // Shorter than any server's keep-alive, so that a pooled connection is rarely closed by its server while a request is sent.
    configuration.connectionPool.idleTimeout = .seconds(20)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)

    do {
      for facility in (facilities + [.faultInjection]).sorted(by: { $0.order < $1.order }) { try facility.install(&self) }
    } catch {
      // A client that is released while it is open is a programming error to AsyncHTTPClient, and traps.
      try? client.syncShutdown()
      throw error
    }
  }

  /// Adds a readiness check: while it throws, or takes longer than a second, the pod gets no requests.
  public mutating func require(_ name: String, _ check: @escaping @Sendable () async throws -> Void) {
    checks.append(ReadinessCheck(name, check: check))
  }

  /// Runs work beside the requests. It must return soon after ``ServiceState/isDraining`` becomes true; when it throws, the service ends.
  public mutating func inBackground(_ name: String, _ body: @escaping @Sendable (ServiceState) async throws -> Void) {
    work.append(BackgroundWork(name: name, state: state, body: body))
  }

  /// Handles a topic's messages until the service drains. See ``MessageConsumer`` for deliveries and retries.
  public mutating func consume(_ topic: String, from queue: any MessageQueue, _ handle: @escaping @Sendable (Message) async throws -> Void)
  {
    let consumer = MessageConsumer(queue: queue, topic: topic)
    inBackground("consumer of \(topic)") { state in try await consumer.run(until: state, handle) }
  }

  /// A service that this one calls; ``ServiceEnvironment/address(of:)`` says where it is.
  public func upstream(_ name: String) -> Upstream {
    Upstream(name: name, baseURL: environment.address(of: name), client: client, faults: faults)
  }

  /// Serves until SIGTERM or SIGINT, then drains and ends the process with exit code 0; with 1 when it could not start or failed.
  public func runAndExit() async -> Never {
    do {
      try await run()
      exit(0)
    } catch {
      logger.error("Exiting with code 1: \(describe(error))")
      exit(1)
    }
  }

  /// Serves until SIGTERM or SIGINT, then drains and returns.
  ///
  /// From the first signal on readiness answers 503 and responses carry `Connection: close`, while requests are still served; after
  /// `LAME_DUCK_SECONDS` the listener closes and what is in flight finishes, for `DRAIN_SECONDS` at most. A second signal ends the process at once.
  ///
  /// - Throws: `IOError` when it cannot listen, or what background work throws.
  public func run() async throws {
    logger.info(
      "Starting \(identity.name) on \(address):\(port), operator port \(operatorPort)",
      metadata: ["facilities": .array(facilities.map { .string($0.id) })])
    OperatorEndpoints(state: state, checks: checks, identity: identity).add(to: operatorRouter)
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: server(operatorRouter, port: operatorPort, name: "operator")),
      .init(service: server(router, port: port, name: "http")),
    ]
    services += work.map { .init(service: $0) }
    services.append(.init(service: LameDuck(duration: lameDuck)))
    let group = ServiceGroup(configuration: .init(services: services, logger: Logger(label: "lifecycle")))

    let shutdown = ShutdownSequence(state: state, faults: faults, group: group, limit: lameDuck + drainLimit, logger: logger)

    let outcome: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask { await shutdown.watchSignals() }
        _ = try await tasks.next()
        tasks.cancelAll()
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try? await client.shutdown()
    try outcome.get()
    logger.info("Stopped after \(state.answeredCount) requests")
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
        "cannot listen on \(address):\(port) or \(address):\(operatorPort) (\(reason)): free the ports, or set BIND_ADDRESS, PORT and OPERATOR_PORT"
    }
    return String(describing: error)
  }
}
