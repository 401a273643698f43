import ArgumentParser
import JSONBytes
import KubernetesClient
import Load
import StateDirectory
import Synchronization
import TimeFormat

struct Traffic: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send requests to the reference app as its clients would.",
    discussion: """
      Clients browse the catalog, place orders, read accounts and ask for reports, each request with an id of its own. \
      Without --requests and --for it sends 100 requests. ctrl-c ends it and prints the summary. Only this machine is sent to.
      """)

  @OptionGroup var home: HomeOptions
  @Option(help: "How many requests.") var requests: Int?
  @Option(help: "Requests a second, 0.1 to 10000; without it, as fast as they are answered.") var rate: Double?
  @Option(name: .customLong("for"), help: ArgumentHelp("How long, e.g. 30s or 5m.", valueName: "duration")) var duration: DurationOption?
  @Option(help: "Requests in flight at the same time, 1 to 256.") var concurrency = 8
  @Flag(help: "Print the summary as one JSON object.") var json = false

  func validate() throws {
    if let requests, requests < 1 { throw ValidationError("--requests expects at least 1, but got \(requests).") }
    if let rate, !(0.1...10_000).contains(rate) { throw ValidationError("--rate expects 0.1 to 10000 a second, but got \(rate).") }
    if !(1...256).contains(concurrency) { throw ValidationError("--concurrency expects 1 to 256, but got \(concurrency).") }
  }

  func run() async throws {
    let home = try home.resolve()
    let services = try await ServiceAddresses(home: home).urls(of: TrafficOptions.known)
    let generator = try TrafficGenerator(
      TrafficOptions(
        services: services, requests: requests ?? (duration == nil ? 100 : nil), rate: rate, duration: duration?.duration,
        concurrency: concurrency))
    let work = Task { await generator.run { summary in Output.progress("\(summary.sent) sent, \(summary.failed) failed") } }
    Interrupts.onInterrupt { work.cancel() }
    let summary = await work.value
    Output.progress("\(summary.sent) sent, \(summary.failed) failed in \(summary.elapsed.brief)", isLast: true)
    if json {
      Output.line(TrafficSummary.shape.line(summary))
    } else {
      print(summary)
    }
    if summary.failed > 0 { throw Problem.finding() }
  }

  private func print(_ summary: TrafficSummary) {
    let statuses = summary.byStatus.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
    Output.line("requests  \(summary.sent) in \(summary.elapsed.brief): \(statuses)")
    if let p50 = summary.p50, let p99 = summary.p99 { Output.line("latency   p50 \(p50.brief), p99 \(p99.brief)") }
    for failure in summary.failures.prefix(10) { Output.line("failed    \(failure.requestID)  \(failure.what): \(failure.reason)") }
    if let id = summary.lastOrderIDs.last { Output.line("follow an order with: periplus request \(id)") }
  }
}
