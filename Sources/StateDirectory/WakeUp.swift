import Synchronization

/// Wakes the one who waits for it. Raised while nobody waits, it lets the next wait return at once, so that nothing is missed between a look
/// and the wait for the next.
package final class WakeUp: Sendable {
  private struct State {
    var isRaised = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  package init() {}

  package func raise() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      state.isRaised = state.waiter == nil
      return state.waiter
    }
    waiter?.resume()
  }

  /// Returns when it is raised, when the limit is over, or when the task is cancelled. One task at a time may wait.
  package func wait(within limit: Duration? = nil) async {
    guard let limit else { return await untilRaised() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.untilRaised() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }

  private func untilRaised() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if state.isRaised || Task.isCancelled {
            state.isRaised = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }
}
