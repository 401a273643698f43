import Views
import ClusterModel
import Synchronization

/// Messages from background tasks to the UI thread. Of messages that replace each other only the newest is kept.
package final class Inbox: Sendable {
  private struct Content {
    var messages: [Message] = []
    /// Effects under way.
    var busy = 0
    var isWakeupDue = true
  }

  private let content = Mutex(Content())
  private let wake: Mutex<@Sendable () -> Void>

  /// - Parameter wakeup: called from any thread when the inbox was empty and is not any more.
  package init(wakeup: @escaping @Sendable () -> Void = {}) { wake = Mutex(wakeup) }

  package func setWakeup(_ wakeup: @escaping @Sendable () -> Void) { wake.withLock { $0 = wakeup } }

  package func post(_ message: Message) {
    let isFirst = content.withLock { content in
      // A burst of snapshots costs one frame, not one each.
      if let index = content.messages.lastIndex(where: { $0.isReplaced(by: message) }) {
        content.messages[index] = message
      } else {
        content.messages.append(message)
      }
      defer { content.isWakeupDue = false }
      return content.isWakeupDue
    }
    if isFirst { wake.withLock { $0 }() }
  }

  package func drain() -> [Message] {
    content.withLock { content in
      defer {
        content.messages = []
        content.isWakeupDue = true
      }
      return content.messages
    }
  }

  package var isEmpty: Bool { content.withLock { $0.messages.isEmpty } }

  func begin() { content.withLock { $0.busy += 1 } }

  func end() {
    content.withLock { $0.busy -= 1 }
    // Whoever waits for idle looks again.
    wake.withLock { $0 }()
  }

  /// As ``isIdle``, but for so many effects.
  func isIdle(besides count: Int) -> Bool { content.withLock { $0.busy <= count && $0.messages.isEmpty } }

  /// No effect is under way and nothing waits to be read.
  package var isIdle: Bool { content.withLock { $0.busy == 0 && $0.messages.isEmpty } }
}

extension Message {
  fileprivate func isReplaced(by other: Message) -> Bool {
    switch (self, other) {
    case (.cluster(let one), .cluster(let two)): one.health.snapshot.cluster == two.health.snapshot.cluster
    case (.heard(let one, _), .heard(let two, _)): one == two
    case (.changed(let one), .changed(let two)): one == two
    case (.ledger, .ledger), (.plan, .plan), (.sources, .sources), (.tick, .tick): true
    default: false
    }
  }
}
