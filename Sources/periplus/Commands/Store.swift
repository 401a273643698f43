import ArgumentParser
import JSONBytes
import Kubernetes
import RecordStore
import Recorder
import StateDirectory
import TimeFormat
import Views

struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "What the store holds and how much it keeps; prune removes what is older or more.",
    discussion: """
      The recorder keeps records for 14 days after they were stored, and 10 GiB of them at most; config.yaml says otherwise: \
      store: {keepFor: 30d, keepAtMost: 50Gi}. The reschedule history is kept for 90 days, evidence for good.
      """,
    subcommands: [Show.self, Prune.self], defaultSubcommand: Show.self)

  struct Extent {
    var extent: StoreExtent
    var retention: Retention

    static let shape = JSONShape<Extent>([
      JSONField("records", .number, "as far as their ids tell") { Int(clamping: $0.extent.records) },
      JSONField("oldest", .time, "the earliest time of a record") { $0.extent.span?.lowerBound.rfc3339() },
      JSONField("newest", .time) { $0.extent.span?.upperBound.rfc3339() },
      JSONField("usedBytes", .number) { Int(clamping: $0.extent.usedBytes) },
      JSONField("fileBytes", .number, "what was given free is used again before the file grows") { Int(clamping: $0.extent.fileBytes) },
      JSONField("keepForSeconds", .number) { Int(clamping: $0.retention.age.nanoseconds / 1_000_000_000) },
      JSONField("keepAtMostBytes", .number) { Int(clamping: $0.retention.bytes) },
    ])
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What the store holds, and how much it keeps.")

    @OptionGroup var read: ReadOptions

    func run() async throws {
      let home = try read.home.resolve()
      let retention = try ConfigurationFile(home: home).read().retention
      guard let extent = try await read.store().extent() else {
        throw Problem.finding(read.json ? "" : "there is no store yet in \(home.store); the recorder, or periplus ingest, begins one")
      }
      let rows = [
        ["records", "\(extent.records)"],
        ["from", extent.span.map { "\(read.face.full(from: $0.lowerBound, to: $0.upperBound))" } ?? "–"],
        ["in use", WorkloadView.memory(extent.usedBytes)], ["file", "\(WorkloadView.memory(extent.fileBytes)), \(home.store)"],
        ["kept", "\(retention.age.brief) after they were stored, \(WorkloadView.memory(retention.bytes)) at most"],
      ]
      read.show(
        Report("Store", [.table(Report.Table(headers: ["what", "value"], rows: rows))]),
        [Extent.shape.line(Extent(extent: extent, retention: retention))])
    }
  }

  struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove records now, oldest first; without options what the configuration does not keep.")

    @OptionGroup var home: HomeOptions
    @Option(help: ArgumentHelp("Remove what was stored longer ago, e.g. 7d.", valueName: "duration")) var keepFor: DurationOption?
    @Option(help: ArgumentHelp("Remove the oldest until no more is in use, e.g. 2Gi.", valueName: "size")) var keepAtMost: SizeOfStore?

    func run() async throws {
      let home = try home.resolve()
      var retention = try ConfigurationFile(home: home).read().retention
      if let keepFor { retention.age = keepFor.duration }
      if let keepAtMost { retention.bytes = keepAtMost.bytes }
      var removed: Int64 = 0
      func tell(_ step: Int64) {
        removed += step
        Output.progress("\(removed) records removed")
      }
      if GroundLauncher(home: home).isRunning("recorder") {
        let wanted: JSONValue = ["ageSeconds": .int(retention.age.nanoseconds / 1_000_000_000), "bytes": .int(retention.bytes)]
        do {
          try await ControlClient(socket: home.socket("recorder")).run("prune", wanted) { line in
            if let error = line["error"]?.stringValue { throw Problem.environment(error) }
            tell(line["removed"]?.intValue ?? 0)
          }
        } catch { throw (error as? Problem) ?? Problem.environment("\(error)") }
      } else {
        guard Files.exists(home.store) else { throw Problem.finding("there is no store yet in \(home.store)") }
        do {
          let store = try StoreWriter(directory: home.store, now: WallClock.now())
          var step: StoreWriter.Pruning
          repeat {
            step = try store.prune(retention, now: WallClock.now())
            tell(step.removed)
          } while !step.isDone
        } catch { throw Problem.environment("\(error)") }
      }
      Output.progress("\(counted(Int(clamping: removed), "record")) removed", isLast: true)
    }
  }
}

/// `500Mi`, `10Gi`.
struct SizeOfStore: ExpressibleByArgument {
  var bytes: Int64

  init?(argument: String) {
    guard let bytes = Quantity(argument)?.value, bytes > 0 else { return nil }
    self.bytes = bytes
  }
}
