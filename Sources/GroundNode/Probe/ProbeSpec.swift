import JSONBytes
import Kubernetes
import TimeFormat

package enum ProbeKind: String, Sendable, Hashable, CaseIterable {
  case startup
  case liveness
  case readiness

  /// The container's field.
  var field: String { rawValue + "Probe" }
  /// As the kubelet's events name it.
  var title: String {
    switch self {
    case .startup: "Startup"
    case .liveness: "Liveness"
    case .readiness: "Readiness"
    }
  }
}

/// How a container is probed (core/v1 `Probe`).
struct ProbeSpec: Sendable, Hashable {
  enum Handler: Sendable, Hashable {
    /// `nil` host: the pod's address.
    case httpGet(host: String?, port: Int, path: String, headers: [Header])
    case tcpSocket(host: String?, port: Int)
    case exec([String])
    /// A pause; only before a stop (KEP 3960).
    case sleep(Duration)
    /// What this node cannot do, in words.
    case unsupported(String)

    struct Header: Sendable, Hashable {
      var name: String
      var value: String
    }

    init?(_ object: JSONValue, ports: [String: Int]) {
      func port(_ value: JSONValue?) -> Int? {
        if let number = value?.integer(in: IntegerRange.int32) { return number }
        guard let text = value?.stringValue else { return nil }
        return ports[text] ?? Int(text)
      }
      if let get = object["httpGet"] {
        guard let port = port(get["port"]), (1...65_535).contains(port) else {
          self = .unsupported("the port of its httpGet is neither a number nor the name of a container port")
          return
        }
        guard get["scheme"]?.stringValue != "HTTPS" else {
          self = .unsupported("the scheme HTTPS of its httpGet is not known here; use HTTP")
          return
        }
        let headers = (get["httpHeaders"]?.arrayValue ?? []).map {
          Header(name: $0["name"]?.stringValue ?? "", value: $0["value"]?.stringValue ?? "")
        }
        let path = get["path"]?.stringValue ?? "/"
        self = .httpGet(host: get["host"]?.stringValue, port: port, path: path.hasPrefix("/") ? path : "/" + path, headers: headers)
      } else if let socket = object["tcpSocket"] {
        guard let port = port(socket["port"]), (1...65_535).contains(port) else {
          self = .unsupported("the port of its tcpSocket is neither a number nor the name of a container port")
          return
        }
        self = .tcpSocket(host: socket["host"]?.stringValue, port: port)
      } else if let command = object.at("exec", "command")?.arrayValue {
        self = .exec(command.compactMap(\.stringValue))
      } else if let seconds = object.at("sleep", "seconds")?.integer(in: IntegerRange.count) {
        self = .sleep(.seconds(seconds))
      } else if object["grpc"] != nil {
        self = .unsupported("grpc is not known here; use httpGet, tcpSocket or exec")
      } else {
        return nil
      }
    }
  }

  var handler: Handler
  var initialDelay: Duration
  var period: Duration
  var timeout: Duration
  var successThreshold: Int
  var failureThreshold: Int
  /// Replaces the pod's grace period when this probe's failure stops the container.
  var gracePeriod: Duration?

  /// The defaults are Kubernetes'.
  init?(_ object: JSONValue, ports: [String: Int] = [:]) {
    guard let handler = Handler(object, ports: ports) else { return nil }
    self.handler = handler
    func number(_ field: String) -> Int? { object[field]?.integer(in: IntegerRange.count) }
    initialDelay = .seconds(number("initialDelaySeconds") ?? 0)
    period = .seconds(max(1, number("periodSeconds") ?? 10))
    timeout = .seconds(max(1, number("timeoutSeconds") ?? 1))
    successThreshold = max(1, number("successThreshold") ?? 1)
    failureThreshold = max(1, number("failureThreshold") ?? 3)
    gracePeriod = number("terminationGracePeriodSeconds").map { .seconds($0) }
  }
}
