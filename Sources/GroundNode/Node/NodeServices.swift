import GroundAPI
import StateDirectory
import TimeFormat

/// What the workers of all nodes share.
struct NodeServices: Sendable {
  let store: ObjectStore
  let home: Home
  let images: ImageTable
  let addresses: PodAddresses
  let monitor: ContainerMonitor
  let prober: Prober
  let shim: String
  let limits: RestartBackOff.Limits
  let now: Now
  /// PATH of the containers.
  let path: String

  var shimLog: String { home.log("shim") }
}
