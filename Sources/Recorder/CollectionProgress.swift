import Synchronization
package import TimeFormat

/// Up to when every line that was written is stored, and a way to wait for it.
package final class CollectionProgress: Sendable {
  private struct State {
    var until: Timestamp?
    var waiting: [Int: AsyncStream<Timestamp>.Continuation] = [:]
    var number = 0
    var onAsked: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  package init() {}

  /// Calls `ask` whenever somebody begins to wait: who collects need not wait for its own time then.
  package func whenAsked(_ ask: @escaping @Sendable () -> Void) { state.withLock { $0.onAsked = ask } }

  /// Everything that was written before the moment is stored.
  package func reached(_ moment: Timestamp) {
    let waiting = state.withLock { state in
      state.until = moment
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.yield(moment) }
  }

  /// Returns when the moment is reached, with what was; `nil` when the waiting was cancelled.
  package func wait(until moment: Timestamp) async -> Timestamp? {
    let (stream, continuation) = AsyncStream.makeStream(of: Timestamp.self, bufferingPolicy: .bufferingNewest(1))
    let (number, ask) = state.withLock { state in
      state.number += 1
      state.waiting[state.number] = continuation
      if let until = state.until { continuation.yield(until) }
      return (state.number, state.until.map { $0 < moment } ?? true ? state.onAsked : nil)
    }
    ask?()
    defer { state.withLock { _ = $0.waiting.removeValue(forKey: number) } }
    for await reached in stream where reached >= moment { return reached }
    return nil
  }
}
