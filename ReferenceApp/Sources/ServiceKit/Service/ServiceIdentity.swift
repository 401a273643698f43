import LogStandard

/// Which service writes a record: the members that are in every line (`logServiceName`, `logServiceInstance`, …).
public struct ServiceIdentity: Sendable, Hashable {
  /// The service's name, e.g. `orders`.
  public var name: String
  /// The image's tag.
  public var version: String
  /// The pod, or the host where there is no pod.
  public var instance: String
  /// The category of the service, e.g. `billing`.
  public var type: String
  /// The data center, three letters.
  public var location: String
  /// The source repository.
  public var repository: String
  /// The request id of records written outside any request: a new UUID at every start of the process.
  public var runID: String

  /// All members as they are.
  public init(
    name: String, version: String, instance: String, type: String, location: String, repository: String, runID: String
  ) {
    self.name = name
    self.version = version
    self.instance = instance
    self.type = type
    self.location = location
    self.repository = repository
    self.runID = runID
  }

  /// Reads `SERVICE_VERSION`, `POD_NAME` (else `HOSTNAME`), `LOG_LOCATION`, `LOG_REPOSITORY`; what is missing becomes `unknown`, `local` or `lab`.
  public init(name: String, type: String, environment: ServiceEnvironment = .process) {
    self.init(
      name: name,
      version: environment["SERVICE_VERSION"] ?? "unknown",
      instance: environment["POD_NAME"] ?? environment["HOSTNAME"] ?? "local",
      type: type,
      location: environment["LOG_LOCATION"] ?? "lab",
      repository: environment["LOG_REPOSITORY"] ?? "unknown",
      runID: environment[Supervision.runIDKey] ?? CurrentRequest.makeID())
  }
}
