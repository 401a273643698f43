import JSONBytes
import Recorder
import TelemetryModel
import TimeFormat
import Views

/// What runs, where, and how current everything is.
struct StatusReport {
  struct Component {
    var name: String
    var state: DaemonStates.State
    var pid: Int32?

    static let shape = JSONShape<Component>([
      JSONField("name", .string, "`ground`, `recorder`") { $0.name },
      JSONField("state", .string, "`running`, `starting`, `silent` (there, but does not answer), `dead` (wanted, but gone), `stopped`") {
        $0.state.rawValue
      },
      JSONField("pid", .number) { $0.pid.map(Int.init) },
    ])
  }

  var home: String
  var kubeconfig: String?
  /// The URL of the ground's API, while it runs.
  var api: String?
  /// The network of its pods, while it runs.
  var network: String?
  var components: [Component]
  var services: [ServiceStatus]
  var sources: [SourceStatus]

  static let shape = JSONShape<StatusReport>([
    JSONField("home", .string, "the state folder") { $0.home },
    JSONField("kubeconfig", .string, "once the ground has run; `kubectl --kubeconfig` takes it") { $0.kubeconfig },
    JSONField("api", .string, "URL, while the ground runs") { $0.api },
    JSONField("components", each: Component.shape) { $0.components },
    JSONField("services", each: ServiceStatus.shape, "of the recorder, while it runs") { $0.services },
    JSONField("sources", each: SourceListing.sources.shape) { $0.sources },
  ])

  func report(face: TimeDisplay, now: Timestamp) -> Report {
    let context = ListingContext(face: face, now: now)
    var report = Report("Status at \(face.full(now))", [.text("home: \(home)")])
    if let kubeconfig { report.add(.text("kubeconfig: \(kubeconfig)")) }
    if let api { report.add(.text("api: \(api)" + (network.map { ", pods in \($0)" } ?? ""))) }
    report.add(
      .table(
        Report.Table(
          headers: ["component", "state", "pid"],
          rows: components.map { component in
            [component.name, "\(Self.glyph(component.state)) \(component.state.rawValue)", component.pid.map { "\($0)" } ?? ""]
          })))
    if !services.isEmpty { report.add(.table(Self.services.reportTable(services, context))) }
    if !sources.isEmpty { report.add(.table(SourceListing.sources.reportTable(sources, context))) }
    for source in sources {
      if let error = source.lastError {
        report.add(.text("\(source.name)\(source.cluster.isEmpty ? "" : " of \(source.cluster)"): \(error)"))
      }
    }
    if api == nil, components.allSatisfy({ $0.state == .stopped }) { report.add(.text("nothing runs; start with: periplus up")) }
    return report
  }

  private static let services = Listing<ServiceStatus>(
    "services",
    [
      Column(report: "service") { service, _ in service.name },
      Column(report: "cluster") { service, _ in service.cluster },
      Column(report: "state") { service, _ in "\(glyph(service.state)) \(service.state.rawValue)" },
      Column(report: "since") { service, context in context.face.short(service.since, now: context.now) },
      Column(report: "failures", isNumber: true) { service, _ in "\(service.failures)" },
      Column(report: "reason") { service, _ in service.reason ?? "" },
    ])

  private static func glyph(_ state: DaemonStates.State) -> String {
    switch state {
    case .running: "✔"
    case .starting, .stopped: "◌"
    case .silent, .dead: "✖"
    }
  }

  private static func glyph(_ state: ServiceStatus.State) -> String {
    switch state {
    case .running: "✔"
    case .waiting, .off: "◌"
    case .failed: "✖"
    }
  }
}
