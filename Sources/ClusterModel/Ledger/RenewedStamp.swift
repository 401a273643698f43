import TimeFormat

/// The time of an object's latest change in `managedFields`, where it can be believed.
///
/// Current API servers renew the time of an entry with each change of what its manager owns. Older ones, 1.20 among them, renew it only
/// when the *set* of its fields changes: a ReplicaSet whose count goes down for the second time carries the time of the first.
struct RenewedStamp: Sendable, Hashable {
  private(set) var last: Timestamp?
  /// When the last one was first received, by the server's clock.
  private(set) var received: Timestamp?

  /// Two changes within one second have one stamp, and come one after the other.
  private static let second = Duration.seconds(2)

  /// Of a list it is not known when its stamps were new.
  init(inList stamp: Timestamp?) {
    last = stamp
    received = stamp
  }

  init(last: Timestamp? = nil, received: Timestamp? = nil) {
    self.last = last
    self.received = received
  }

  /// Takes the stamp of the next version; `nil` when that version changed without a new one.
  mutating func take(_ stamp: Timestamp?, received at: Timestamp) -> Timestamp? {
    guard let stamp else { return nil }
    if stamp != last {
      last = stamp
      received = at
      return stamp
    }
    guard let received, at - received <= Self.second else { return nil }
    return stamp
  }
}
