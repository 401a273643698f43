import Hummingbird
import Logging

extension Facility {
  /// One JSON object a line by the logging standard, the request id in every record and call, one completion record per request.
  ///
  /// Variables: `LOG_LEVEL`, `LOG_PROFILE`. The program's `main` starts with ``OutputSupervisor/superviseThisProcess(identity:environment:)``,
  /// so that lines which do not come through a logger become records as well.
  public static let logging = Facility(
    id: "logging", order: 100,
    setUpLogging: { setup in setup.profile = .current(setup.environment) },
    install: { service in
      service.router.add(
        middleware: RequestLogMiddleware(state: service.state, faults: service.faults, logger: Logger(label: "requests")))
    })
}
