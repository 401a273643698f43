import ArgumentParser
import GroundNode
import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import TelemetryModel
import TimeFormat

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
    let components = GroundLauncher.daemons.map { name -> (name: String, state: String, pid: Int32?) in
      let isRunning = launcher.isRunning(name)
      let state = isRunning ? "running" : desired == .up ? "dead" : "stopped"
      return (name, state, isRunning ? launcher.identity(of: name)?.pid : nil)
    }
    if read.json {
      var status = JSONObject()
      status["home"] = .string(home.path)
      if Files.exists(home.kubeconfig) { status["kubeconfig"] = .string(home.kubeconfig) }
      if let info { status["api"] = .string(info.url) }
      status["components"] = .array(
        components.map {
          var component: JSONObject = ["name": .string($0.name), "state": .string($0.state)]
          if let pid = $0.pid { component["pid"] = .int(Int64(pid)) }
          return .object(component)
        })
      status["services"] = .array(services.map(\.json))
      status["sources"] = .array(
        sources.map {
          var source: JSONObject = ["name": .string($0.name), "cluster": .string($0.cluster)]
          if let at = $0.currentAt { source["currentAt"] = .string(at.rfc3339()) }
          source["recordsIn"] = .int($0.recordsIn)
          source["dropped"] = .int($0.dropped)
          if let error = $0.lastError { source["lastError"] = .string(error) }
          return .object(source)
        })
      Output.line(JSONValue.object(status).jsonString)
    } else {
      let now = WallClock.now()
      Output.line("home        \(home.path)")
      for component in components {
        Output.line("\(component.name.padding(10))  \(component.state)\(component.pid.map { ", pid \($0)" } ?? "")")
      }
      if let info { Output.line("api         \(info.url), pods in \(info.network)") }
      if Files.exists(home.kubeconfig) { Output.line("kubeconfig  \(home.kubeconfig)") }
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
