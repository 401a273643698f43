import TimeFormat

/// How far one kind's watch has come, by the server's clock. One watch tells of all its objects in the server's order, so a change that
/// is stamped at a moment says that everything of its kind before that moment has been told.
struct WatchProgress: Sendable, Hashable {
  /// The latest stamp on an object of the kind.
  var stamp: Timestamp
  /// How long after it was made the latest change was received.
  var lateness: Duration

  /// What came this long after a moment is not waited for any longer, where the watch has been late by nothing.
  private static let allowance = Duration.seconds(10)
  /// The longest wait.
  private static let limit = Duration.seconds(600)

  /// Whether what happened until a moment has been told, or would have been by now.
  func hasReached(_ moment: Timestamp, now: Timestamp) -> Bool {
    if stamp >= moment + .seconds(1) { return true }
    let wait = min(lateness + lateness + Self.allowance, Self.limit)
    return now - moment > wait
  }
}
