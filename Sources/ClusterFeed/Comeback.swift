import Synchronization

/// Ends the waits of those that try again later as soon as a server that was silent answers: after a long outage the next try of each kind
/// is half a minute away.
package final class Comeback: Sendable {
  private struct Inner {
    var nextID = 0
    var waits: [Int: AsyncStream<Void>.Continuation] = [:]
  }

  private let inner = Mutex(Inner())

  package init() {}

  /// Waits for a time, until the server is back, or until the task is cancelled, whichever comes first.
  package func wait(_ time: Duration) async {
    let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id = inner.withLock { inner in
      inner.nextID += 1
      inner.waits[inner.nextID] = signal
      return inner.nextID
    }
    defer { inner.withLock { $0.waits[id] = nil } }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await Task.sleep(for: time) }
      group.addTask { for await _ in signals { return } }
      await group.next()
      group.cancelAll()
    }
  }

  /// The server answers again.
  package func announce() {
    let waits = inner.withLock { inner in
      defer { inner.waits = [:] }
      return Array(inner.waits.values)
    }
    for wait in waits { wait.yield() }
  }
}
