import Glibc

/// The configuration of a service: the process's environment, then a file of `KEY=value` lines for what the environment does not set.
public struct ServiceEnvironment: Sendable {
  private var values: [String: String]

  /// From its parts.
  public init(_ values: [String: String]) { self.values = values }

  /// The process's environment.
  public static let process = ServiceEnvironment(processVariables())

  /// The variable's value; `nil` when it is missing or empty.
  public subscript(key: String) -> String? {
    guard let value = values[key], !value.isEmpty else { return nil }
    return value
  }

  /// A whole number of at least `least`; the default when it is missing.
  ///
  /// - Throws: ``ConfigurationError`` when the value is anything else.
  public func int(_ key: String, default fallback: Int, least: Int = 0) throws -> Int {
    guard let text = self[key] else { return fallback }
    guard let value = Int(text), value >= least else {
      throw ConfigurationError("\(key) must be a whole number of at least \(least), but is '\(text)': correct it in the pod's environment.")
    }
    return value
  }

  /// A number of seconds from 0 to 86400, fractions allowed; the default when it is missing.
  ///
  /// - Throws: ``ConfigurationError`` when the value is anything else.
  public func seconds(_ key: String, default fallback: Double) throws -> Duration {
    guard let text = self[key] else { return .seconds(fallback) }
    guard let value = Double(text), value >= 0, value <= 86_400 else {
      throw ConfigurationError("\(key) must be a number of seconds from 0 to 86400, but is '\(text)': correct it in the pod's environment.")
    }
    return .seconds(value)
  }

  /// Whether the variable is `1`, `true`, `yes` or `on`, in any case.
  public func flag(_ key: String) -> Bool {
    guard let text = self[key]?.lowercased() else { return false }
    return ["1", "true", "yes", "on"].contains(text)
  }

  /// Adds the lines `KEY=value` of a file for the variables that are not set yet; lines that start with `#` are comments.
  ///
  /// - Throws: ``ConfigurationError`` that names the line.
  public mutating func addDefaults(lines text: String, from file: String) throws {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = line.drop { $0 == " " || $0 == "\t" }
      if content.isEmpty || content.first == "#" { continue }
      guard let equals = content.firstIndex(of: "="), equals != content.startIndex else {
        throw ConfigurationError(
          "Expected KEY=value, but found '\(content.prefix(40))' at \(file):\(index + 1): correct the line or comment it out with #.")
      }
      let key = String(content[..<equals])
      if self[key] == nil { values[key] = String(content[content.index(after: equals)...]) }
    }
  }

  /// The variables whose names start with `prefix`, empty ones left out.
  func variables(prefix: String) -> [String: String] { values.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty } }

  /// The folder for durable data: `DATA_DIR` (default `/data`) below `POD_ROOT`, where a node that cannot mount volumes puts them.
  public var dataDirectory: String { (self["POD_ROOT"] ?? "") + (self["DATA_DIR"] ?? "/data") }

  private static func processVariables() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        result[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
      }
      entry += 1
    }
    return result
  }
}

/// A variable or configuration file that cannot be used; the description is one sentence that says what to change.
public struct ConfigurationError: Error, CustomStringConvertible, Sendable {
  /// The sentence.
  public var description: String
  /// From its parts.
  public init(_ description: String) { self.description = description }
}
