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

  struct Component {
    var name: String
    var state: String
    var pid: Int32?

    static let shape = JSONShape<Component>([
      JSONField("name", .string, "`ground`, `recorder`") { $0.name },
      JSONField("state", .string, "`running`, `dead` (wanted, but gone), `stopped`") { $0.state },
      JSONField("pid", .number) { $0.pid.map(Int.init) },
    ])
  }

  struct Report {
    var home: String
    var kubeconfig: String?
    /// The URL of the ground's API, while it runs.
    var api: String?
    var components: [Component]
    var services: [ServiceStatus]
    var sources: [SourceStatus]

    static let shape = JSONShape<Report>([
      JSONField("home", .string, "the state folder") { $0.home },
      JSONField("kubeconfig", .string, "once the ground has run; `kubectl --kubeconfig` takes it") { $0.kubeconfig },
      JSONField("api", .string, "URL, while the ground runs") { $0.api },
      JSONField("components", each: Component.shape) { $0.components },
      JSONField("services", each: ServiceStatus.shape, "of the recorder, while it runs") { $0.services },
      JSONField("sources", each: SourceListing.sources.shape) { $0.sources },
    ])
  }

  func run() async throws {
    let home = try read.home.resolve()
    let launcher = GroundLauncher(home: home)
    let desired = DesiredState.read(home)
    // A ground that is ending has left its address behind, and does not answer there any more.
    let info = launcher.isRunning("ground") ? GroundInfo.running(home) : nil
    let sources = await StoreReader(directory: home.store).completeness()
    let services = launcher.isRunning("recorder") ? await RecorderServices(home: home).list() : []
    let report = Report(
      home: home.path, kubeconfig: Files.exists(home.kubeconfig) ? home.kubeconfig : nil, api: info?.url,
      components: GroundLauncher.daemons.map { name in
        let isRunning = launcher.isRunning(name)
        return Component(
          name: name, state: isRunning ? "running" : desired == .up ? "dead" : "stopped",
          pid: isRunning ? launcher.identity(of: name)?.pid : nil)
      }, services: services, sources: sources)
    if read.json {
      Output.line(Report.shape.line(report))
    } else {
      let now = WallClock.now()
      Output.line("home        \(home.path)")
      for component in report.components {
        Output.line("\(component.name.padding(10))  \(component.state)\(component.pid.map { ", pid \($0)" } ?? "")")
      }
      if let info { Output.line("api         \(info.url), pods in \(info.network)") }
      if let path = report.kubeconfig { Output.line("kubeconfig  \(path)") }
      for service in services {
        let failures = service.failures > 0 ? ", failed \(service.failures) times" : ""
        let reason = service.reason.map { " — \($0)" } ?? ""
        Output.line("service     \(service.display): \(service.state.rawValue) for \((now - service.since).brief)\(failures)\(reason)")
      }
      for source in sources {
        let age = source.currentAt.map { "\((now - $0).brief) behind" } ?? "not connected yet"
        let error = source.lastError.map { " — \($0)" } ?? ""
        Output.line("source      \(source.name) of \(source.cluster): \(age), \(source.recordsIn) in, \(source.dropped) dropped\(error)")
      }
      if desired == .down, info == nil { Output.line("nothing runs; start with: periplus up") }
    }
    if launcher.wasKilled { throw Problem.finding("the proving ground's daemon has died; the recorder or periplus up starts it again") }
  }
}
