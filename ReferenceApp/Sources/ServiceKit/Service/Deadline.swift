import TimeFormat

/// An operation took longer than its deadline.
public struct DeadlineExceeded: Error, Sendable, CustomStringConvertible {
  /// The time it had.
  public var limit: Duration
  /// One phrase, for a log.
  public var description: String { "timed out after \(limit.brief)" }
}

/// Runs an operation and cancels it when it takes longer than the limit.
///
/// - Throws: ``DeadlineExceeded``, or what the operation throws.
public func withDeadline<Result: Sendable>(
  _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result.self) { group in
    group.addTask(operation: operation)
    group.addTask {
      try await Task.sleep(for: limit)
      throw DeadlineExceeded(limit: limit)
    }
    defer { group.cancelAll() }
    guard let result = try await group.next() else { throw DeadlineExceeded(limit: limit) }
    return result
  }
}
