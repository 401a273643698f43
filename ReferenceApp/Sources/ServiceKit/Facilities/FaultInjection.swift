import Hummingbird
import Logging
import ServiceLifecycle

extension Facility {
  /// Faults that operators turn on, for lessons and demos. Every service has it, whatever its facilities; innermost, so that the other
  /// facilities see an injected failure as they would see a real one.
  static let faultInjection = Facility(
    id: "fault-injection", order: 900,
    install: { service in
      let faults = service.faults
      service.router.add(middleware: FaultMiddleware(faults: faults))
      FaultEndpoints(faults: faults, logger: Logger(label: "operator")).add(to: service.operatorRouter)
      service.inBackground("memory leak") { _ in await cancelWhenGracefulShutdown { await faults.leak() } }
    })
}
