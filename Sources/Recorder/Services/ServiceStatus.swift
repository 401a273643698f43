package import JSONBytes
import Synchronization
package import TimeFormat

/// How a service of the recorder is.
package struct ServiceStatus: Sendable, Hashable {
  package enum State: String, Sendable, Hashable {
    case running
    /// It waits for something that it names.
    case waiting
    /// It failed, and is tried again.
    case failed
    /// It has nothing to do, and says why.
    case off
  }

  /// `feed`, `reschedules`, `logs`, `checks`, …
  package var name: String
  /// Empty when it serves all clusters.
  package var cluster: String
  package var state: State
  package var since: Timestamp
  /// Why it does not run, in one sentence.
  package var reason: String?
  /// How often it has failed.
  package var failures = 0

  package init(name: String, cluster: String, state: State, since: Timestamp, reason: String? = nil, failures: Int = 0) {
    self.name = name
    self.cluster = cluster
    self.state = state
    self.since = since
    self.reason = reason
    self.failures = failures
  }

  /// `feed of staging waits: …`, for who runs the recorder.
  package var sentence: String {
    let words =
      switch state {
      case .running: "runs"
      case .waiting: "waits"
      case .failed: "failed"
      case .off: "is off"
      }
    return "\(display) \(words)" + (reason.map { ": \($0)" } ?? "")
  }

  /// `logs of staging`.
  package var display: String { cluster.isEmpty ? name : "\(name) of \(cluster)" }

  package static let shape = JSONShape<ServiceStatus>([
    JSONField("name", .string, "`feed`, `reschedules`, `logs`, `checks`, …") { $0.name },
    JSONField("cluster", .string, "empty when it serves all clusters") { $0.cluster },
    JSONField("state", .string, "`running`, `waiting`, `failed` (it is tried again), `off` (it has nothing to do)") { $0.state.rawValue },
    JSONField("since", .time) { $0.since.rfc3339() },
    JSONField("reason", .string, "why it does not run") { $0.reason },
    JSONField("failures", .number, "how often it has failed") { $0.failures > 0 ? $0.failures : nil },
  ])

  package var json: JSONValue { Self.shape.value(self) }

  package init?(_ json: JSONValue) {
    guard let name = json["name"]?.stringValue, let cluster = json["cluster"]?.stringValue,
      let state = json["state"]?.stringValue.flatMap(State.init(rawValue:)),
      let since = json["since"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.init(
      name: name, cluster: cluster, state: state, since: since, reason: json["reason"]?.stringValue,
      failures: Int(clamping: json["failures"]?.intValue ?? 0))
  }
}

/// How all services of a recorder are.
package final class ServiceStates: Sendable {
  private let held = Mutex<[ServiceStatus]>([])
  private let now: @Sendable () -> Timestamp
  private let changed: @Sendable (ServiceStatus) -> Void

  /// - Parameter changed: is told of each service whose state or reason has changed.
  package init(now: @escaping @Sendable () -> Timestamp, changed: @escaping @Sendable (ServiceStatus) -> Void = { _ in }) {
    self.now = now
    self.changed = changed
  }

  /// In the order in which they were started.
  package var all: [ServiceStatus] { held.withLock { $0 } }

  package func set(_ name: String, _ cluster: String, _ state: ServiceStatus.State, _ reason: String? = nil) {
    let moment = now()
    let news: ServiceStatus? = held.withLock { services in
      guard let index = services.firstIndex(where: { $0.name == name && $0.cluster == cluster }) else {
        services.append(
          ServiceStatus(name: name, cluster: cluster, state: state, since: moment, reason: reason, failures: state == .failed ? 1 : 0))
        return services.last
      }
      let before = services[index]
      if before.state != state { services[index].since = moment }
      services[index].state = state
      services[index].reason = reason
      if state == .failed { services[index].failures += 1 }
      return before.state == state && before.reason == reason ? nil : services[index]
    }
    if let news { changed(news) }
  }
}
