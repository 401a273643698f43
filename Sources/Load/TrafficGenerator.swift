import Application
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Behaves like an application's clients, as its profile says: each request has an id of its own, and some come back for what an earlier
/// one asked for.
package struct TrafficGenerator: Sendable {
  private let options: TrafficOptions
  /// - Throws: ``TrafficError``, one sentence about what is wrong with the options.
  package init(_ options: TrafficOptions) throws(TrafficError) {
    try options.check()
    self.options = options
  }

  /// Sends until the number of requests or the duration is reached, or the task is cancelled; then waits for what is in flight.
  ///
  /// - Parameter progress: called at most four times a second with what has happened so far.
  package func run(progress: @escaping @Sendable (TrafficSummary) -> Void = { _ in }) async -> TrafficSummary {
    let run = TrafficRun(options)
    var configuration = HTTPClient.Configuration.singletonConfiguration
    // What is in flight is on a connection, and does not wait for one.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.concurrency
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<options.concurrency { group.addTask { await work(run, client, progress) } }
    }
    try? await client.shutdown()
    return run.summary()
  }

  private func work(_ run: TrafficRun, _ client: HTTPClient, _ progress: @Sendable (TrafficSummary) -> Void) async {
    while !Task.isCancelled {
      guard let number = run.nextNumber() else { return }
      if let rate = options.rate {
        // An open loop: a request's time comes from its number, not from the answers before it.
        let due = run.began + .seconds(Double(number - 1) / rate)
        if let duration = options.duration, due - run.began >= duration { return }
        do { try await Task.sleep(until: due, clock: .continuous) } catch { return }
      }
      if let duration = options.duration, ContinuousClock.now - run.began >= duration { return }
      guard let request = run.request(number) else { return }
      let (outcome, location) = await send(request, client)
      if let report = run.add(outcome, location) { progress(report) }
    }
  }

  private func send(_ request: TrafficRequest, _ client: HTTPClient) async -> (TrafficOutcome, location: String?) {
    var wire = HTTPClientRequest(url: request.url)
    wire.method = HTTPMethod(rawValue: request.filled.method)
    wire.headers = ["x-request-id": request.id]
    for header in request.filled.headers { wire.headers.add(name: header.name, value: header.value) }
    if !request.filled.body.isEmpty { wire.body = .bytes(ByteBuffer(bytes: request.filled.body)) }
    let began = ContinuousClock.now
    var outcome = TrafficOutcome(
      requestID: request.id, request: request.name, what: request.what, status: nil, latency: .zero, failure: nil)
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
      if (200..<300).contains(status) { location = response.headers.first(name: "location") }
    } catch {
      outcome.failure = "no answer: \(error)"
    }
    outcome.latency = ContinuousClock.now - began
    return (outcome, location)
  }
}
