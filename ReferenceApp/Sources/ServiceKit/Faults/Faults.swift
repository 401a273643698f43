import Synchronization

/// Faults that an operator injects, to see how the rest of the system copes.
public struct FaultSettings: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Added to each public request, in milliseconds.
  public var latencyMillis = 0
  /// The share of public requests that fail with 500, from 0 to 1.
  public var errorRate = 0.0
  /// Each public request writes a line of plain text to the log past the logger, as a service without the standard does.
  public var plainText = false
  /// Each public request prints a line to stdout, as a forgotten debug `print` does.
  public var print = false
  /// The request id is neither echoed nor sent upstream.
  public var loseHeader = false
  /// Memory leaked each second, in MiB.
  public var leakMebibytesPerSecond = 0
  /// SIGTERM and SIGINT are ignored.
  public var ignoreSIGTERM = false

  /// No fault is on.
  public init() {}

  /// The faults that are on, e.g. `latency 500 ms, leak 60 MiB/s`; `none` when all are off.
  public var description: String {
    let phrases = [
      latencyMillis > 0 ? "latency \(latencyMillis) ms" : nil,
      errorRate > 0 ? "error rate \(errorRate)" : nil,
      plainText ? "plain-text log lines" : nil,
      print ? "print to stdout" : nil,
      loseHeader ? "x-request-id dropped" : nil,
      leakMebibytesPerSecond > 0 ? "leak \(leakMebibytesPerSecond) MiB/s" : nil,
      ignoreSIGTERM ? "SIGTERM ignored" : nil,
    ].compactMap { $0 }
    return phrases.isEmpty ? "none" : phrases.joined(separator: ", ")
  }

  /// Members that are missing are off.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    latencyMillis = try values.decodeIfPresent(Int.self, forKey: .latencyMillis) ?? 0
    errorRate = try values.decodeIfPresent(Double.self, forKey: .errorRate) ?? 0
    plainText = try values.decodeIfPresent(Bool.self, forKey: .plainText) ?? false
    print = try values.decodeIfPresent(Bool.self, forKey: .print) ?? false
    loseHeader = try values.decodeIfPresent(Bool.self, forKey: .loseHeader) ?? false
    leakMebibytesPerSecond = try values.decodeIfPresent(Int.self, forKey: .leakMebibytesPerSecond) ?? 0
    ignoreSIGTERM = try values.decodeIfPresent(Bool.self, forKey: .ignoreSIGTERM) ?? false
  }

  /// `FAULT_LATENCY_MILLIS`, `FAULT_ERROR_RATE`, `FAULT_PLAIN_TEXT`, `FAULT_PRINT`, `FAULT_LOSE_HEADER`,
  /// `FAULT_LEAK_MEBIBYTES_PER_SECOND`, `FAULT_IGNORE_SIGTERM`.
  ///
  /// - Throws: ``ConfigurationError`` that names the variable.
  public init(environment: ServiceEnvironment) throws {
    latencyMillis = try environment.int("FAULT_LATENCY_MILLIS", default: 0)
    if let rate = environment["FAULT_ERROR_RATE"] {
      guard let share = Double(rate), (0...1).contains(share) else {
        throw ConfigurationError("FAULT_ERROR_RATE must be a share from 0 to 1, but is '\(rate)': correct it in the pod's environment.")
      }
      errorRate = share
    }
    plainText = environment.flag("FAULT_PLAIN_TEXT")
    print = environment.flag("FAULT_PRINT")
    loseHeader = environment.flag("FAULT_LOSE_HEADER")
    leakMebibytesPerSecond = try environment.int("FAULT_LEAK_MEBIBYTES_PER_SECOND", default: 0)
    ignoreSIGTERM = environment.flag("FAULT_IGNORE_SIGTERM")
  }
}

/// The faults that are on now.
public final class Faults: Sendable {
  private let settings: Mutex<FaultSettings>
  private let leaked = Mutex<[[UInt8]]>([])

  /// Starts with these faults on.
  public init(_ settings: FaultSettings = FaultSettings()) { self.settings = Mutex(settings) }

  /// What is on now.
  public var current: FaultSettings {
    get { settings.withLock { $0 } }
    set { settings.withLock { $0 = newValue } }
  }

  /// Traps, as a program with a bug does.
  public func crash() -> Never { fatalError("crash requested on the operator port") }

  /// Leaks memory as set, once a second, until the task is cancelled.
  func leak() async {
    while !Task.isCancelled {
      let mebibytes = current.leakMebibytesPerSecond
      if mebibytes > 0 {
        // Filled with something: pages never written take no memory.
        leaked.withLock { $0.append([UInt8](repeating: 0xAA, count: mebibytes << 20)) }
      }
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
    }
  }
}
