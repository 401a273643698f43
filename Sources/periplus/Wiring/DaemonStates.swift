import GroundNode
import KubernetesClient
import Recorder
import StateDirectory
import TimeFormat

/// How the daemons of a home are: not whether their processes are there, but whether they answer.
struct DaemonStates {
  enum State: String {
    case running
    /// The process is there and does not listen yet.
    case starting
    /// The process is there and does not answer.
    case silent
    /// Wanted, but gone.
    case dead
    case stopped
  }

  let ground: State
  let recorder: State
  /// Of the recorder; empty unless it answers.
  let services: [ServiceStatus]
  private let launcher: GroundLauncher

  /// How long each is given to answer.
  private static let patience = Duration.seconds(2)

  /// Asks both at once.
  static func ask(_ launcher: GroundLauncher) async -> DaemonStates {
    async let ground = groundState(launcher)
    async let services = RecorderServices(home: launcher.home).list(within: patience)
    let listed = await services
    let recorder: State
    if !launcher.isRunning("recorder") {
      recorder = gone(launcher)
    } else if let listed {
      recorder = listed.isEmpty ? .starting : .running
    } else {
      recorder = .silent
    }
    return DaemonStates(ground: await ground, recorder: recorder, services: listed ?? [], launcher: launcher)
  }

  func state(of daemon: String) -> State { daemon == "ground" ? ground : recorder }

  /// What of that which is wanted does not run, in one sentence; `nil` when all of it runs.
  var complaint: String? {
    switch (ground, recorder) {
    case (.dead, .dead): return "the daemons of the proving ground have died; periplus up starts them again"
    case (.dead, .silent):
      return "the proving ground's daemon has died, and \(silence("recorder")), so that it does not start it again; \(remedy("recorder"))"
    case (.dead, _): return "the proving ground's daemon has died; the recorder or periplus up starts it again"
    case (.silent, .silent): return "\(silence("ground")), and \(silence("recorder")); \(remedy("ground", "recorder"))"
    case (.silent, _): return "\(silence("ground")); \(remedy("ground"))"
    case (_, .silent): return "\(silence("recorder")); \(remedy("recorder"))"
    case (_, .dead): return "the recorder has died; the proving ground or periplus up starts it again"
    default: return nil
    }
  }

  private func silence(_ daemon: String) -> String {
    let what = daemon == "ground" ? "the proving ground's API" : "the recorder"
    return "\(what) does not answer within \(Self.patience.brief), though its process \(pid(daemon)) is there"
  }

  private func remedy(_ daemons: String...) -> String {
    let continued = daemons.map(pid).joined(separator: " ")
    return "where it is stopped, kill -CONT \(continued) lets it go on; periplus down ends it"
  }

  private func pid(_ daemon: String) -> String { launcher.identity(of: daemon).map { "\($0.pid)" } ?? "" }

  private static func groundState(_ launcher: GroundLauncher) async -> State {
    guard launcher.isRunning("ground") else { return gone(launcher) }
    guard GroundInfo.running(launcher.home) != nil else { return .starting }
    guard let api = try? GroundConnection(home: launcher.home).api() else { return .starting }
    let answers = await api.answers(within: patience)
    await api.shutdown()
    return answers ? .running : .silent
  }

  private static func gone(_ launcher: GroundLauncher) -> State { DesiredState.read(launcher.home) == .up ? .dead : .stopped }
}
