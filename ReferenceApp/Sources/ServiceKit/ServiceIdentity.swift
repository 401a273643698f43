import LogStandard

/// Who writes the records: the boilerplate that stands in every line (logServiceName, logServiceInstance …).
public struct ServiceIdentity: Sendable, Hashable {
  /// The service's name, e.g. `orders`.
  public var name: String
  /// The image's tag.
  public var version: String
  /// The pod, or the host where there is no pod.
  public var instance: String
  /// The category of the service, e.g. `billing`.
  public var type: String
  /// Three letters for the data center.
  public var location: String
  /// The repository that the source is in.
  public var repository: String
  /// The id that stands in records written outside any request; new for every start of the process.
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

  /// Reads `SERVICE_VERSION`, `POD_NAME` (else `HOSTNAME`), `LOG_LOCATION`, `LOG_REPOSITORY`; what is missing gets a neutral word.
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
