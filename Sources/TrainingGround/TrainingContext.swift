package import Checks
package import Training

/// All that a lesson or demo needs of the cluster that may be acted on.
package struct TrainingContext: Sendable {
  package let port: any GroundPort
  package let checks: CheckContext

  package init(port: any GroundPort, checks: CheckContext) {
    self.port = port
    self.checks = checks
  }

  /// Why lessons and demos cannot begin where no cluster may be acted on.
  ///
  /// - Parameters:
  ///   - clusters: those that are watched.
  ///   - home: where a ground would be.
  package static func noGround(among clusters: [String], home: String) -> ActionError {
    let others = clusters.isEmpty ? "" : "\(clusters.joined(separator: ", ")) is read-only: "
    return ActionError(
      "\(others)lessons and demos need the proving ground, and none is running in \(home); start it with periplus up --detach")
  }
}
