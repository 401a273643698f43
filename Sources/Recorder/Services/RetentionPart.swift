package import RecordStore
package import TimeFormat

/// Removes from the store what it is not to keep.
package struct RetentionPart: Sendable {
  let store: StoreWriter
  let retention: Retention
  let now: @Sendable () -> Timestamp
  let pause: @Sendable (Duration) async throws -> Void

  /// Removing is done in small steps, so that whoever stores waits for none of them long.
  private static let stepsAtOnce = 10

  package init(
    store: StoreWriter, retention: Retention, now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.store = store
    self.retention = retention
    self.now = now
    self.pause = pause
  }

  package func run(_ report: RecorderPart.Report) async throws {
    report.running()
    while true {
      var isDone = false
      for _ in 0..<Self.stepsAtOnce where !isDone {
        isDone = try store.prune(retention, now: now()).isDone
        await Task.yield()
      }
      try await pause(isDone ? .seconds(60) : .seconds(1))
    }
  }
}
