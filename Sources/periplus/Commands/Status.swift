import ArgumentParser
import GroundNode
import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import TelemetryModel
import TimeFormat
import Views

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What runs, where, and how current everything is.", discussion: "Exit code 1 when something that is wanted does not run.")

  @OptionGroup var read: ReadOptions

  func run() async throws {
    let home = try read.home.resolve()
    let launcher = GroundLauncher(home: home)
    let desired = DesiredState.read(home)
    // A ground that is ending has left its address behind, and does not answer there any more.
    let info = launcher.isRunning("ground") ? GroundInfo.running(home) : nil
    let sources = await StoreReader(directory: home.store).completeness()
    let services = launcher.isRunning("recorder") ? await RecorderServices(home: home).list() : []
    let report = StatusReport(
      home: home.path, kubeconfig: Files.exists(home.kubeconfig) ? home.kubeconfig : nil, api: info?.url, network: info?.network,
      components: GroundLauncher.daemons.map { name in
        let isRunning = launcher.isRunning(name)
        return StatusReport.Component(
          name: name, state: isRunning ? "running" : desired == .up ? "dead" : "stopped",
          pid: isRunning ? launcher.identity(of: name)?.pid : nil)
      }, services: services, sources: sources)
    read.show(report.report(face: read.face, now: WallClock.now()), [StatusReport.shape.line(report)])
    if launcher.wasKilled { throw Problem.finding("the proving ground's daemon has died; the recorder or periplus up starts it again") }
  }
}
