import Glibc
import Logging

/// The form of the log lines.
public enum LogProfile: Sendable, Hashable {
  /// One JSON object a line, by the logging standard.
  case json
  /// Positional, message first, for a person at a terminal.
  case local(colors: Bool)
  /// Unstructured text without ids: a service without the logging facility.
  case plain

  /// `LOG_PROFILE` (`json`, `local`, `plain`) decides; without it `local` on a terminal, else `json`. `NO_COLOR` turns colors off.
  public static func current(_ environment: ServiceEnvironment) -> LogProfile {
    let terminal = isatty(STDOUT_FILENO) == 1
    let colors = terminal && environment["NO_COLOR"] == nil
    switch environment["LOG_PROFILE"]?.lowercased() {
    case "local": return .local(colors: colors)
    case "plain": return .plain
    case .some: return .json
    case nil: return terminal ? .local(colors: colors) : .json
    }
  }

  var isForPeople: Bool { if case .local = self { true } else { false } }
}

/// Sets up swift-log for a process.
public enum ServiceLogging {
  /// Call once, before the first logger is made. `LOG_LEVEL`: DEBUG, INFO (default), WARN, ERROR, or swift-log's own words.
  public static func bootstrap(identity: ServiceIdentity, environment: ServiceEnvironment = .process, profile: LogProfile? = nil) {
    let profile = profile ?? LogProfile.current(environment)
    let level = level(environment["LOG_LEVEL"])
    LoggingSystem.bootstrap { label in
      StandardLogHandler(label: label, identity: identity, profile: profile, level: level)
    }
  }

  static func level(_ word: String?) -> Logger.Level {
    switch word?.lowercased() {
    case "warn": .warning
    case let word?: Logger.Level(rawValue: word) ?? .info
    case nil: .info
    }
  }
}
