import ArgumentParser
import GroundNode
import JSONBytes
import RecordStore
import StateDirectory
import TelemetryModel
import TimeFormat
import Views

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What runs, where, and how current everything is.",
    discussion: "Exit code 1 when something that is wanted does not run, or does not answer.")

  @OptionGroup var read: ReadOptions

  func run() async throws {
    let home = try read.home.resolve()
    let launcher = GroundLauncher(home: home)
    async let sources = StoreReader(directory: home.store).completeness()
    let states = await DaemonStates.ask(launcher)
    // A ground that is ending has left its address behind, and does not answer there any more.
    let info = launcher.isRunning("ground") ? GroundInfo.running(home) : nil
    let report = StatusReport(
      home: home.path, kubeconfig: Files.exists(home.kubeconfig) ? home.kubeconfig : nil, api: info?.url, network: info?.network,
      components: GroundLauncher.daemons.map { name in
        StatusReport.Component(
          name: name, state: states.state(of: name), pid: launcher.isRunning(name) ? launcher.identity(of: name)?.pid : nil)
      }, services: states.services, sources: await sources)
    read.show(report.report(face: read.face, now: WallClock.now()), [StatusReport.shape.line(report)])
    if let complaint = states.complaint { throw Problem.finding(complaint) }
  }
}
