import Application
import ArgumentParser
import JSONBytes
import KubernetesClient
import Load
import StateDirectory
import Synchronization
import TimeFormat
import TrainingGround

struct Traffic: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Send requests to the application as its clients would.",
    discussion: """
      The app profile says which requests clients send and how often; each has an id of its own. \
      Without --requests and --for it sends 100 requests. ctrl-c ends it and prints the summary. Only this machine is sent to.
      """)

  @OptionGroup var home: HomeOptions
  @OptionGroup var app: AppOptions
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
    let profile = try app.file().read()
    let api = try GroundConnection(home: home).api()
    let services = try await AppAddresses(profile, api: api).urls()
    await api.shutdown()
    let generator = try TrafficGenerator(
      TrafficOptions(
        profile: profile, services: services, requests: requests ?? (duration == nil ? 100 : nil), rate: rate, duration: duration?.duration,
        concurrency: concurrency))
    let work = Task { await generator.run { summary in Output.progress("\(summary.sent) sent, \(summary.failed) failed") } }
    Interrupts.onInterrupt { work.cancel() }
    let summary = await work.value
    Output.progress("\(summary.sent) sent, \(summary.failed) failed in \(summary.elapsed.brief)", isLast: true)
    if json {
      Output.json(TrafficSummary.shape.line(summary))
    } else {
      print(summary, profile)
    }
    if summary.failed > 0 { throw Problem.finding() }
  }

  private func print(_ summary: TrafficSummary, _ profile: AppProfile) {
    Output.line("requests  \(summary.sent) in \(summary.elapsed.brief): \(summary.outcomes)")
    if let p50 = summary.p50, let p99 = summary.p99 { Output.line("latency   p50 \(p50.brief), p99 \(p99.brief)") }
    for failure in summary.failures.prefix(10) { Output.line("failed    \(failure.requestID)  \(failure.what): \(failure.reason)") }
    // The one with the longest way through the services shows most.
    let followed = profile.followedRequests.lazy.compactMap { request in
      summary.lastIDsByRequest[request.name]?.last.map { (name: request.name, id: $0) }
    }.first
    if let followed { Output.line("follow \(followed.name) with: periplus request \(followed.id)") }
  }
}
