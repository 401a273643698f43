import Foundation
import Logging
import ServiceKit

/// What must be known of the command line before it is parsed: the supervisor's records carry the service's name, too.
struct StartArguments {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  private static let types = ["catalog": "sales", "orders": "sales", "billing": "billing", "reports": "billing", "ledger": "billing"]

  func identity() -> ServiceIdentity {
    let name = arguments.dropFirst().first { Self.types[$0] != nil } ?? "reference-app"
    return ServiceIdentity(name: name, type: Self.types[name] ?? "shop", environment: (try? environment()) ?? .process)
  }

  func environment() throws -> ServiceEnvironment {
    var environment = ServiceEnvironment.process
    guard let path = option("--config") else { return environment }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ConfigurationError("The configuration file \(path) cannot be read: correct --config, or mount the file there.")
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
    Logger(label: identity.name).error("\(identity.name) cannot start: \(error)")
    exit(1)
  }
}
