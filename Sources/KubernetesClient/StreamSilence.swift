/// How long a stream of the API may say nothing before something is thought of it. The one place for these times.
///
/// A server sends an event or a bookmark about once a minute over each watch (KEP-956), so that silence tells something there. A
/// container may be quiet for days.
package enum StreamSilence {
  /// A watch that said nothing for longer may be dead: what happened since may be unknown.
  package static let doubtful = Duration.seconds(75)
  /// A watch that said nothing for this long is given up and opened again.
  package static let watchLimit = Duration.seconds(100)
  /// A followed log that said nothing for this long is asked for again, in case its connection is dead.
  package static let logLimit = Duration.seconds(300)
}
