package import JSONBytes
package import RecordStore
import Synchronization
import TimeFormat

/// Tells a reader of every commit until it hangs up: `{"changed": []}` as soon as it listens, then
/// `{"changed": ["records", "sources"]}`.
///
/// The first commit is told at once; those of the next moment are joined, so that a loud container does not make its readers read a
/// hundred times a second. A line is made when the one before it has been sent: a slow reader is told less often, never less.
package struct ChangesJob: Sendable {
  private let hub: ChangeHub
  /// Waits; throws when it is cancelled.
  private let pause: @Sendable (Duration) async throws -> Void

  package init(hub: ChangeHub, pause: @escaping @Sendable (Duration) async throws -> Void) {
    self.hub = hub
    self.pause = pause
  }

  /// How long commits are joined after one was told.
  package static let joining = Duration.milliseconds(25)

  package func lines() -> AsyncStream<JSONValue> {
    // Subscribed before the first line is sent: who has it misses nothing.
    let changes = hub.changes()
    let progress = Progress()
    return AsyncStream {
      let sent = progress.next()
      if sent == 0 { return Self.line([]) }
      if sent > 1 { do { try await pause(Self.joining) } catch { return nil } }
      for await change in changes { return Self.line(change) }
      return nil
    }
  }

  private static func line(_ change: StoreChange) -> JSONValue { ["changed": .array(change.words.map { .string($0) })] }

  /// How many lines were made.
  private final class Progress: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
  }
}
