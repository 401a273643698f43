package import AsyncHTTPClient
import JSONBytes
import NIOCore
import NIOHTTP1
import Synchronization

/// Behaves like a shop's clients: they browse the catalog, place orders with their own request ids and idempotency keys, look at
/// accounts, ask for reports and come back for them.
package struct TrafficGenerator: Sendable {
  private let options: TrafficOptions
  private let client: HTTPClient

  /// - Throws: ``TrafficError``, one sentence about what is wrong with the options.
  package init(_ options: TrafficOptions, client: HTTPClient = .shared) throws(TrafficError) {
    try options.check()
    self.options = options
    self.client = client
  }

  private struct Progress {
    var started = 0
    var summary = TrafficSummary()
    var reported: ContinuousClock.Instant
    var reports: [String] = []
  }

  /// Sends until the number of requests or the duration is reached, or the task is cancelled; then waits for what is in flight.
  ///
  /// - Parameter progress: called at most four times a second with what has happened so far.
  package func run(progress: @escaping @Sendable (TrafficSummary) -> Void = { _ in }) async -> TrafficSummary {
    let began = ContinuousClock.now
    let shared = Mutex(Progress(reported: began))
    let run = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<options.concurrency {
        group.addTask {
          while !Task.isCancelled {
            let number: Int? = shared.withLock { progress in
              if let requests = options.requests, progress.started >= requests { return nil }
              progress.started += 1
              return progress.started
            }
            guard let number else { return }
            if let rate = options.rate {
              // An open loop: a request's time comes from its number, not from the answers before it.
              let due = began + .seconds(Double(number - 1) / rate)
              do { try await Task.sleep(until: due, clock: .continuous) } catch { return }
            }
            if let duration = options.duration, ContinuousClock.now - began >= duration { return }
            let request = shared.withLock { progress in
              TrafficMix.request(number: number, id: "\(options.idPrefix)-\(run)-\(number)", options.services, &progress.reports)
            }
            let (outcome, location) = await send(request)
            let report: TrafficSummary? = shared.withLock { state in
              state.summary.add(outcome)
              state.summary.elapsed = ContinuousClock.now - began
              if let location, state.reports.count < 64 { state.reports.append(location) }
              guard ContinuousClock.now - state.reported >= .milliseconds(250) else { return nil }
              state.reported = .now
              return state.summary
            }
            if let report { progress(report) }
          }
        }
      }
    }
    return shared.withLock { state in
      state.summary.elapsed = ContinuousClock.now - began
      return state.summary
    }
  }

  private func send(_ request: TrafficRequest) async -> (TrafficOutcome, location: String?) {
    var wire = HTTPClientRequest(url: request.url)
    wire.method = HTTPMethod(rawValue: request.verb)
    wire.headers = ["x-request-id": request.id]
    if let key = request.idempotencyKey { wire.headers.add(name: "idempotency-key", value: key) }
    if let body = request.body {
      wire.headers.add(name: "content-type", value: "application/json")
      wire.body = .bytes(ByteBuffer(bytes: body.jsonBytes))
    }
    let began = ContinuousClock.now
    var outcome = TrafficOutcome(requestID: request.id, what: request.what, status: nil, latency: .zero, failure: nil)
    var location: String?
    do {
      let response = try await client.execute(wire, timeout: TimeAmount(options.timeout))
      _ = try await response.body.collect(upTo: 8 << 20)
      let status = Int(response.status.code)
      outcome.status = status
      if status >= 500 {
        outcome.failure = "answered \(status)"
      } else if response.headers.first(name: "x-request-id") != request.id {
        outcome.failure = "the answer does not carry the request's id"
      }
      if status == 202 { location = response.headers.first(name: "location") }
    } catch {
      outcome.failure = "no answer: \(error)"
    }
    outcome.latency = ContinuousClock.now - began
    return (outcome, location)
  }
}
