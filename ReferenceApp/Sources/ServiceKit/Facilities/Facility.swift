/// A facility of the platform, as an installer: what a service gains when it is on.
///
/// Each facility is one file in this folder, which adds one static member here; a service lists those it wants:
///
///     try Microservice(identity, facilities: [.logging])
public struct Facility: Sendable, Identifiable {
  /// Lower-case words joined by `-`, e.g. `logging`; the same as in the migration plan.
  public let id: String

  /// Facilities are installed in this order, however they are listed: the middleware of a lower order is outside that of a higher one.
  public let order: Int

  let setUpLogging: @Sendable (inout LogSetup) -> Void
  let install: @Sendable (inout Microservice) throws -> Void

  /// - Parameters:
  ///   - setUpLogging: changes how the process logs; runs once, before its first logger is made.
  ///   - install: adds middleware, routes for operators, readiness checks and background work; runs before the service's own routes
  ///     are added. It throws ``ConfigurationError`` about a variable it cannot use.
  public init(
    id: String, order: Int, setUpLogging: @escaping @Sendable (inout LogSetup) -> Void = { _ in },
    install: @escaping @Sendable (inout Microservice) throws -> Void = { _ in }
  ) {
    self.id = id
    self.order = order
    self.setUpLogging = setUpLogging
    self.install = install
  }

  /// The variable that turns the facility on or off, e.g. `FACILITY_LOGGING`.
  public var configurationKey: String { Self.keyPrefix + String(id.uppercased().map { $0 == "-" ? "_" : $0 }) }

  static let keyPrefix = "FACILITY_"
}

/// How a process logs. Without the logging facility it writes unstructured text.
public struct LogSetup: Sendable {
  /// The service's configuration.
  public let environment: ServiceEnvironment
  /// The form of its lines.
  public var profile = LogProfile.plain

  init(environment: ServiceEnvironment) { self.environment = environment }
}

extension ServiceEnvironment {
  /// Which facilities are on: those of `defaults`, then changed by one variable each, `FACILITY_LOGGING=on` or `off`.
  ///
  /// - Parameters:
  ///   - known: all facilities that the program has.
  ///   - defaults: ids of those that are on when no variable says otherwise.
  /// - Throws: ``ConfigurationError`` when a variable is neither `on` nor `off`, or turns a facility on or off that the program does not have.
  public func facilities(known: [Facility], defaults: Set<Facility.ID> = []) throws -> [Facility] {
    let keys = known.map(\.configurationKey)
    // A variable such as FACILITY_DESK_SERVICE_HOST is the kubelet's, about a Service of that name: only on and off are ours.
    for (key, value) in variables(prefix: Facility.keyPrefix).sorted(by: { $0.key < $1.key })
    where !keys.contains(key) && ["on", "off"].contains(value) {
      throw ConfigurationError("\(key) names no facility of this version: expected one of \(keys.sorted().joined(separator: ", ")).")
    }
    return try known.filter { facility in
      switch self[facility.configurationKey] {
      case nil: return defaults.contains(facility.id)
      case "on": return true
      case "off": return false
      case let value?:
        throw ConfigurationError("\(facility.configurationKey) must be on or off, but is '\(value)': correct it in the pod's environment.")
      }
    }
  }
}
