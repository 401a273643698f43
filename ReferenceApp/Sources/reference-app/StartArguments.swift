import Foundation
import Logging
import ServiceKit

/// What is needed of the command line before it is parsed: whether to supervise the output, and the service's name for the supervisor's records.
struct StartArguments {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  private static let types = ["catalog": "sales", "orders": "sales", "billing": "billing", "reports": "billing", "ledger": "billing"]

  func identity() -> ServiceIdentity {
    let name = arguments.dropFirst().first { Self.types[$0] != nil } ?? "reference-app"
    return ServiceIdentity(name: name, type: Self.types[name] ?? "shop", environment: (try? environment()) ?? .process)
  }

  /// Whether the logging facility is on. Arguments that cannot be read count as on: what is wrong with them is then said in a record.
  var hasLogging: Bool {
    let sprint = option("--sprint").map { Int($0) ?? SprintTable.last } ?? SprintTable.standard
    guard let facilities = try? SprintTable.facilities(upTo: sprint, environment: try environment()) else { return true }
    return facilities.contains { $0.id == Facility.logging.id }
  }

  /// - Throws: ``ConfigurationError`` about the file of `--config`.
  func environment() throws -> ServiceEnvironment {
    var environment = ServiceEnvironment.process
    guard let path = option("--config") else { return environment }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ConfigurationError("Cannot read the configuration file \(path): correct --config, or mount the file there.")
    }
    try environment.addDefaults(lines: text, from: path)
    return environment
  }

  private func option(_ name: String) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == name { return index + 1 < arguments.count ? arguments[index + 1] : nil }
      if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
    }
    return nil
  }
}

enum StartFailure {
  static func end(_ identity: ServiceIdentity, _ error: any Error) -> Never {
    Logger(label: identity.name).error("Startup failed: \(error)")
    exit(1)
  }
}
