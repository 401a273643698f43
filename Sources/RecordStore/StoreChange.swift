import Synchronization

/// What a commit changed in a store.
package struct StoreChange: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let records = StoreChange(rawValue: 1)
  /// The reschedule ledger, its gaps, and pods' lives.
  package static let ledger = StoreChange(rawValue: 2)
  package static let evidence = StoreChange(rawValue: 4)
  /// The states and counts of sources.
  package static let sources = StoreChange(rawValue: 8)
  package static let all: StoreChange = [.records, .ledger, .evidence, .sources]

  private static let names: [(StoreChange, String)] = [
    (.records, "records"), (.ledger, "ledger"), (.evidence, "evidence"), (.sources, "sources"),
  ]

  /// Its parts by name, as the control socket sends them.
  package var words: [String] { Self.names.filter { contains($0.0) }.map(\.1) }

  /// Words that are not known, of a later version, are passed over.
  package init(words: [String]) { self = StoreChange(Self.names.filter { words.contains($0.1) }.map(\.0)) }
}

/// Tells subscribers what changed. A slow subscriber loses nothing and queues nothing: what it has not taken yet is joined.
package final class ChangeHub: Sendable {
  private struct Subscriber {
    var kinds: StoreChange
    var pending: StoreChange = []
    var wake: AsyncStream<Void>.Continuation
  }

  private struct State {
    var next = 0
    var subscribers: [Int: Subscriber] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package func publish(_ change: StoreChange) {
    guard !change.isEmpty else { return }
    let wakes = state.withLock { state in
      var wakes: [AsyncStream<Void>.Continuation] = []
      for (number, subscriber) in state.subscribers where !subscriber.kinds.isDisjoint(with: change) {
        state.subscribers[number]?.pending.formUnion(change.intersection(subscriber.kinds))
        wakes.append(subscriber.wake)
      }
      return wakes
    }
    for wake in wakes { wake.yield() }
  }

  /// What changes from now on, of these kinds, until nobody reads the stream any more.
  package func changes(_ kinds: StoreChange = .all) -> AsyncStream<StoreChange> {
    let (number, wakes) = subscribe(kinds, onEnd: {})
    return AsyncStream { [self] in
      for await _ in wakes {
        let taken = state.withLock { state in
          defer { state.subscribers[number]?.pending = [] }
          return state.subscribers[number]?.pending ?? []
        }
        if !taken.isEmpty { return taken }
      }
      return nil
    }
  }

  /// As ``changes(_:)`` of everything, after an empty element that says that nothing is missed from here on (``StoreReader/Pushes``).
  package func pushes() -> AsyncStream<StoreChange> {
    let changes = changes()
    let begin = Once()
    return AsyncStream {
      if begin.isFirst() { return [] }
      for await change in changes { return change }
      return nil
    }
  }

  /// An element after one of these kinds changed.
  func wakes(_ kinds: StoreChange, onEnd: @escaping @Sendable () -> Void) -> AsyncStream<Void> { subscribe(kinds, onEnd: onEnd).wakes }

  private func subscribe(_ kinds: StoreChange, onEnd: @escaping @Sendable () -> Void) -> (number: Int, wakes: AsyncStream<Void>) {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.next += 1
      state.subscribers[state.next] = Subscriber(kinds: kinds, wake: wake)
      return state.next
    }
    wake.onTermination = { [weak self] _ in
      self?.leave(number)
      onEnd()
    }
    return (number, wakes)
  }

  private func leave(_ number: Int) {
    // Let go of outside the lock: the end of a continuation may call back.
    let subscriber = state.withLock { $0.subscribers.removeValue(forKey: number) }
    withExtendedLifetime(subscriber) {}
  }
}

/// Answers `true` the first time it is asked.
private final class Once: Sendable {
  private let isAsked = Atomic<Bool>(false)
  func isFirst() -> Bool { !isAsked.exchange(true, ordering: .relaxed) }
}
