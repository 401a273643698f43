/// What a cluster is for, as it was configured: its name says nothing of that.
package enum ClusterRole: Sendable, Hashable {
  /// Has the application, and may be acted on: lessons, demos and drills run there.
  case provingGround
}
