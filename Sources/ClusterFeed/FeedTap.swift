package import ClusterModel
package import TimeFormat

/// Hears what the server sends to a feed, as it was sent, before it is decoded. Called in the order of each kind, from several tasks.
package protocol FeedTap: Sendable {
  /// A page of a list.
  ///
  /// - Parameter isFirst: a list begins; one that had begun before came to nothing.
  func page(_ resource: ClusterResource, _ bytes: [UInt8], isFirst: Bool)
  /// The list whose pages came was read to its end.
  func listed(_ resource: ClusterResource, at: Timestamp)
  /// A line of a watch.
  func line(_ resource: ClusterResource, _ bytes: [UInt8], at: Timestamp)
}
