import JSONBytes

/// Why a cluster or its configuration could not be used, in one sentence.
package enum KubernetesError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The configuration is wrong: which file, what was expected.
  case configuration(String)
  /// The server's `Status`: its HTTP code, reason (`NotFound`, `Conflict`, `Expired`, …) and message.
  case status(code: Int, reason: String, message: String)
  /// No answer.
  case unreachable(server: String, reason: String)
  /// A stream that was silent for longer than it may be.
  case silent(seconds: Int)
  /// The answer is not what the API promises.
  case malformed(String)

  package var description: String {
    switch self {
    case .configuration(let sentence): sentence
    case .status(let code, let reason, let message): message.isEmpty ? "the cluster answered \(code) \(reason)" : message
    case .unreachable(let server, let reason): "\(server) does not answer: \(reason)"
    case .silent(let seconds): "the watch was silent for \(seconds) s"
    case .malformed(let what): "the cluster's answer is not as expected: \(what)"
    }
  }

  /// 410 Gone: the resource version is too old, list again.
  package var isExpired: Bool {
    if case .status(let code, let reason, _) = self { code == 410 || reason == "Expired" || reason == "Gone" } else { false }
  }

  package var isNotFound: Bool { if case .status(404, _, _) = self { true } else { false } }
  package var isConflict: Bool { if case .status(409, _, _) = self { true } else { false } }

  /// Reads a `Status` object; other bodies (a proxy's page) are cut to a line.
  static func status(code: Int, body: [UInt8]) -> KubernetesError {
    if let tree = try? JSONValue(parsing: body), tree["kind"]?.stringValue == "Status" {
      return .status(
        code: Int(tree["code"]?.intValue ?? Int64(code)), reason: tree["reason"]?.stringValue ?? "",
        message: tree["message"]?.stringValue ?? "")
    }
    let text = String(decoding: body.prefix(200), as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    return .status(code: code, reason: "", message: "the cluster answered \(code): \(text)")
  }
}
