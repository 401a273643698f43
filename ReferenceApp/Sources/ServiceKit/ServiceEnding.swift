import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// How a service ends: at a signal it drains, within a limit of time; at a second signal it goes at once.
struct ServiceEnding: Sendable {
  let name: String
  let state: ServiceState
  let faults: Faults
  let group: ServiceGroup
  /// From the first signal to the end of all patience with requests in flight.
  let patience: Duration
  let logger: Logger

  /// Returns only when it is cancelled, which is when the services have stopped.
  func watchSignals() async {
    await withTaskGroup(of: Void.self) { tasks in
      for await received in await UnixSignalsSequence(trapping: [.sigterm, .sigint]) {
        if faults.current.ignoreSIGTERM {
          logger.warning("\(received) is ignored, as an operator has asked.")
          continue
        }
        guard state.beginDraining() else {
          logger.warning("A second signal ends \(name) at once.")
          _exit(143)
        }
        let inFlight = state.inFlightCount
        logger.info(
          "\(received): \(name) drains, with \(inFlight) requests in flight.", metadata: ["inFlight": .stringConvertible(inFlight)])
        await group.triggerGracefulShutdown()
        tasks.addTask { await abandonLate() }
      }
      tasks.cancelAll()
    }
  }

  private func abandonLate() async {
    do { try await Task.sleep(for: patience) } catch { return }
    RequestCompletion.abandonAll(state, logger: Logger(label: "requests"))
    logger.warning("\(name) ends without waiting any longer.")
    _exit(0)
  }
}

/// Holds the listeners open after the signal, until the news has spread that this pod takes no more requests: the group stops its
/// services from the last to the first, and this one is the last.
struct LameDuck: Service, CustomStringConvertible {
  let duration: Duration

  var description: String { "lame duck" }

  func run() async throws {
    try await gracefulShutdown()
    try await Task.sleep(for: duration)
  }
}

/// Work beside the requests, as the service group sees it.
struct BackgroundWork: Service, CustomStringConvertible {
  let name: String
  let state: ServiceState
  let body: @Sendable (ServiceState) async throws -> Void

  var description: String { name }

  func run() async throws {
    try await body(state)
    // It has seen the drain before its turn came; the group takes a service that ends early for a failed one.
    try await gracefulShutdown()
  }
}
