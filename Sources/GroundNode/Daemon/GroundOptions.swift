import TimeFormat

/// How the ground's daemon runs.
package struct GroundOptions: Sendable {
  package var nodes: [String]
  package var capacity: NodeCapacity
  /// The keeper of containers; `nil`: `periplus-shim` beside this program.
  package var shim: String?
  /// Daemons to keep running beside this one.
  package var supervised: [SupervisedProcess]
  /// It only ends the containers of a daemon that was killed: it does so too where it cannot say at what address it listens.
  package var endsLeftovers = false
  /// Where to look first for a free port, when this home has none yet.
  package var firstPort: Int
  /// Between SIGTERM and SIGKILL when everything stops.
  package var stopGrace: Duration
  package var restartBackOff: RestartBackOff.Limits
  package var heartbeat: Duration
  /// How long a node may be silent before it is not ready.
  package var nodeGrace: Duration
  /// How long pods bear a silent node before they are moved.
  package var longestToleration: Duration?

  package init(
    nodes: [String] = ["node-1", "node-2", "node-3"], capacity: NodeCapacity = NodeCapacity(), shim: String? = nil,
    supervised: [SupervisedProcess] = [], firstPort: Int = 16_443, stopGrace: Duration = .seconds(8),
    restartBackOff: RestartBackOff.Limits = .ground, heartbeat: Duration = .seconds(3), nodeGrace: Duration = .seconds(12),
    longestToleration: Duration? = .seconds(5)
  ) {
    self.nodes = nodes
    self.capacity = capacity
    self.shim = shim
    self.supervised = supervised
    self.firstPort = firstPort
    self.stopGrace = stopGrace
    self.restartBackOff = restartBackOff
    self.heartbeat = heartbeat
    self.nodeGrace = nodeGrace
    self.longestToleration = longestToleration
  }
}
