import Glibc
import StateDirectory
import TimeFormat

/// `benchmarks [--only NAME]… [--write FILE]`: measures, prints the figures, and writes the document when asked.
@main
enum Main {
  /// What costs least first; what needs a quiet machine before what fills its caches.
  static let all = [
    FirstFrame.benchmark, IdleConsole.benchmark, KeyToFrame.benchmark, ResidentMemory.benchmark, LargeRecorder.benchmark,
    LiveGround.benchmark, StoreLookup.benchmark, IngestRate.benchmark,
  ]

  static func main() async {
    var only: [String] = []
    var document: String?
    var arguments = CommandLine.arguments.dropFirst()
    while let argument = arguments.popFirst() {
      switch argument {
      case "--only": if let name = arguments.popFirst() { only.append(name) }
      case "--write": document = arguments.popFirst()
      default:
        Workbench.say("usage: benchmarks [--only \(all.map(\.name).joined(separator: "|"))]… [--write FILE]")
        exit(2)
      }
    }
    for name in only where !all.contains(where: { $0.name == name }) {
      Workbench.say("there is no benchmark \(name); there are: \(all.map(\.name).joined(separator: ", "))")
      exit(2)
    }
    do {
      try await run(all.filter { only.isEmpty || only.contains($0.name) }, document)
    } catch {
      Workbench.say("benchmarks: \(error)")
      exit(3)
    }
  }

  private static func run(_ benchmarks: [Benchmark], _ path: String?) async throws {
    signal(SIGPIPE, SIG_IGN)
    let machine = Machine()
    let bench = try Workbench()
    defer { bench.cleanUp() }
    var outcomes: [Outcome] = []
    for benchmark in benchmarks {
      Workbench.say("measuring: \(benchmark.title)")
      var outcome = Outcome(title: benchmark.title, method: benchmark.method)
      do { outcome.figures = try await benchmark.run(bench) } catch { outcome.skipped = "\(error)" }
      outcomes.append(outcome)
    }
    let date = CivilTime(LargeCluster.now()).date
    let result = PerformanceDocument(machine: machine, outcomes: outcomes, date: date)
    for line in result.lines { print(line) }
    if let path { try Files.write(result.markdown, to: path, mode: 0o644) }
  }
}
