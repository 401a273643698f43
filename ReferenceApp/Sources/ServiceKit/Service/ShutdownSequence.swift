import Glibc
import Logging
import ServiceLifecycle
import TimeFormat
import UnixSignals

/// Graceful shutdown: at the first signal the service drains, within a time limit; at a second signal it exits at once.
struct ShutdownSequence: Sendable {
  let state: ServiceState
  let faults: Faults
  let group: ServiceGroup
  /// From the first signal to the moment when requests still in flight are aborted.
  let limit: Duration
  let logger: Logger

  /// Returns only when it is cancelled, when the services have stopped.
  func watchSignals() async {
    await withTaskGroup(of: Void.self) { tasks in
      for await received in await UnixSignalsSequence(trapping: [.sigterm, .sigint]) {
        if faults.current.ignoreSIGTERM {
          logger.warning("\(received) ignored: fault injection is on")
          continue
        }
        guard state.beginDraining() else {
          logger.warning("Second signal (\(received)), exiting at once")
          _exit(143)
        }
        let inFlight = state.inFlightCount
        logger.info("\(received) received, draining, \(inFlight) in flight", metadata: ["inFlight": .stringConvertible(inFlight)])
        await group.triggerGracefulShutdown()
        tasks.addTask { await abortAtLimit() }
      }
      tasks.cancelAll()
    }
  }

  private func abortAtLimit() async {
    do { try await Task.sleep(for: limit) } catch { return }
    RequestCompletion.abortAll(state, logger: Logger(label: "requests"))
    logger.warning("Drain timeout of \(limit.brief) exceeded, exiting")
    _exit(0)
  }
}

/// Keeps the listeners open after the signal, until clients and proxies know that this pod takes no more requests. The group stops its
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
    // The body returns when it sees the drain, before the group stops this service; the group takes a service that returns early for a
    // failed one.
    try await gracefulShutdown()
  }
}
