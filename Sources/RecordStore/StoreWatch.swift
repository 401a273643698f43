import Synchronization
import TelemetryModel
import TimeFormat

/// Learns of another process's commits while somebody wants to know: the recorder pushes them; without a recorder the store is looked
/// at once a second, and the recorder is tried again.
final class StoreWatch: Sendable {
  /// What a look at the store compares.
  struct Seen: Sendable, Hashable {
    var revision: Int64
    var sources: [SourceStatus]
  }

  private struct State {
    var subscribers = 0
    var task: Task<Void, Never>?
  }

  private let hub = ChangeHub()
  private let state = Mutex(State())
  private let pushes: StoreReader.Pushes?
  private let look: @Sendable () async -> Seen
  private let pause: @Sendable (Duration) async throws -> Void

  /// How long between two looks at a store whose recorder does not answer.
  static let interval = Duration.seconds(1)

  init(
    pushes: StoreReader.Pushes?, look: @escaping @Sendable () async -> Seen, pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.pushes = pushes
    self.look = look
    self.pause = pause
  }

  func changes(_ kinds: StoreChange) -> AsyncStream<Void> {
    let stream = hub.wakes(kinds) { [weak self] in self?.leave() }
    state.withLock { state in
      state.subscribers += 1
      // The first subscriber starts the watching, the last one ends it.
      if state.task == nil { state.task = Task { [self] in await run() } }
    }
    return stream
  }

  private func leave() {
    let ended = state.withLock { state in
      state.subscribers -= 1
      guard state.subscribers == 0 else { return nil as Task<Void, Never>? }
      defer { state.task = nil }
      return state.task
    }
    ended?.cancel()
  }

  private func run() async {
    var seen = await look()
    // Who subscribed may have read before this look, and something may have been stored between the two: it reads once more.
    hub.publish(.all)
    while !Task.isCancelled {
      if let pushes {
        for await change in pushes() {
          // The first says only that the recorder listens: what was stored meanwhile is found by a look.
          if change.isEmpty { await compare(&seen) } else { hub.publish(change) }
        }
      }
      guard !Task.isCancelled else { return }
      await compare(&seen)
      do { try await pause(Self.interval) } catch { return }
    }
  }

  private func compare(_ seen: inout Seen) async {
    let now = await look()
    var change: StoreChange = []
    // One counter for all: which of them changed is not known.
    if now.revision != seen.revision { change.formUnion([.records, .ledger, .evidence]) }
    if now.sources != seen.sources { change.formUnion(.sources) }
    seen = now
    hub.publish(change)
  }
}
