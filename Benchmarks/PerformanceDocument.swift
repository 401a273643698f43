import Glibc
import StateDirectory
import TimeFormat

/// The machine on which the figures were taken.
struct Machine {
  var processor: String
  var cores: Int
  var memory: Int
  var system: String
  /// Load before the first benchmark: what else was running.
  var load: Double

  init() {
    func value(_ file: String, _ key: String, _ separator: Character) -> String {
      let line = (Files.text(file) ?? "").split(separator: "\n").first { $0.hasPrefix(key) }
      return (line?.split(separator: separator, maxSplits: 1).dropFirst().first.map(String.init) ?? "")
        .split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\"" }).joined(separator: " ")
    }
    let name = value("/proc/cpuinfo", "model name", ":")
    processor = name.isEmpty ? "unknown processor" : name
    cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    memory = (Int(value("/proc/meminfo", "MemTotal", ":").prefix { $0.isNumber }) ?? 0) >> 20
    system = value("/etc/os-release", "PRETTY_NAME", "=")
    load = Double((Files.text("/proc/loadavg") ?? "").prefix { $0 != " " }) ?? 0
  }

  /// More than a quarter of the cores was busy before anything was measured.
  var isNoisy: Bool { load > Double(cores) / 4 }

  var sentence: String {
    "\(processor), \(cores) cores, \(memory) GiB, \(system); load average \(decimals(load)) before the first benchmark."
      + (isNoisy ? " **The machine was noisy**: other work ran at the same time, so take the times as upper bounds." : "")
  }
}

/// `docs/performance.md`.
struct PerformanceDocument {
  var machine: Machine
  var outcomes: [Outcome]
  /// The day on which it was measured.
  var date: String

  var markdown: String {
    var text = """
      # Performance

      Measured by `make bench` (the executable `benchmarks`, folder `Benchmarks/`), which writes this file. Times are never tested: a busy machine
      would fail what is right. Where a peer is named, both ran in turn in the same run, and the ratio is of medians.

      \(date), \(machine.sentence)

      | what | figure | target | peer |
      |---|---|---|---|

      """
    for figure in outcomes.flatMap(\.figures) {
      let mark = figure.isMet.map { $0 ? "✔ " : "✖ " } ?? ""
      text += "| \(figure.what) | \(figure.figure) | \(mark)\(figure.target) | \(figure.peer) |\n"
    }
    let skipped = outcomes.filter { $0.skipped != nil }
    if !skipped.isEmpty {
      text += "\n## Not measured\n\n"
      for outcome in skipped { text += "- **\(outcome.title)**: \(outcome.skipped ?? "")\n" }
    }
    text += "\n## How\n\n"
    for outcome in outcomes { text += "- **\(outcome.title)**: \(outcome.method)\n" }
    return text
  }

  /// The same for a terminal.
  var lines: [String] {
    var lines = ["what | figure | target | peer"]
    for figure in outcomes.flatMap(\.figures) {
      lines.append("\(figure.what) | \(figure.figure) | \(figure.isMet.map { $0 ? "✔ " : "✖ " } ?? "")\(figure.target) | \(figure.peer)")
    }
    for outcome in outcomes where outcome.skipped != nil { lines.append("not measured: \(outcome.title): \(outcome.skipped ?? "")") }
    return lines
  }
}
