package import TimeFormat

/// How a run of a container ended.
package struct ContainerExit: Sendable, Hashable {
  package enum Cause: Sendable, Hashable {
    case code(Int)
    case signal(Int)
    /// The program could not be started; in words.
    case notStarted(String)
    /// Its shim was killed: nobody knows the code.
    case lost
  }

  package var cause: Cause
  package var finishedAt: Timestamp
  package var isOutOfMemory = false
  /// It was ended with its node, when the whole ground was stopped.
  package var isNodeShutdown = false

  /// As the runtime reports it: 128 and the signal's number.
  package var exitCode: Int {
    switch cause {
    case .code(let code): code
    case .signal(let number): 128 + number
    case .notStarted: 128
    case .lost: 137
    }
  }

  package var reason: String {
    if isOutOfMemory { return "OOMKilled" }
    switch cause {
    case .code, .signal: if isNodeShutdown { return "NodeShutdown" }
    case .notStarted, .lost: break
    }
    switch cause {
    case .code(0): return "Completed"
    case .code, .signal: return "Error"
    case .notStarted: return "StartError"
    case .lost: return "ContainerStatusUnknown"
    }
  }

  var message: String? {
    switch cause {
    case .code, .signal: isNodeShutdown ? "The container was ended because its node was shut down." : nil
    case .notStarted(let words): words
    case .lost: "The container's keeper was killed, and the container with it; its exit code is not known."
    }
  }

  /// Reads the shim's file `exit`.
  package init?(text: String) {
    let lines = text.split(separator: "\n")
    guard lines.count >= 2, let finished = Int64(lines[1]) else { return nil }
    let words = lines[0].split(separator: " ", maxSplits: 1)
    guard let kind = words.first else { return nil }
    let rest = words.count > 1 ? String(words[1]) : ""
    switch kind {
    case "code": cause = .code(Int(rest) ?? 255)
    case "signal": cause = .signal(Int(rest) ?? 9)
    case "failed": cause = .notStarted(rest)
    case "lost": cause = .lost
    default: return nil
    }
    finishedAt = Timestamp(nanoseconds: finished)
    isOutOfMemory = lines.count > 2 && lines[2] == "oom"
  }

  package init(_ cause: Cause, at finishedAt: Timestamp, isOutOfMemory: Bool = false, isNodeShutdown: Bool = false) {
    self.cause = cause
    self.finishedAt = finishedAt
    self.isOutOfMemory = isOutOfMemory
    self.isNodeShutdown = isNodeShutdown
  }
}
