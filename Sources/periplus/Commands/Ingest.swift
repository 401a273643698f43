import ArgumentParser
import Ingest
import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import Synchronization
import Views

struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Read log files into the store: JSON lines, CRI, plain text; also packed with gzip or zstd.",
    discussion: """
      A running recorder does it; otherwise this command writes the store itself. The recorder gets standard input, and pipes, once \
      they have ended: their bytes wait on the disk of the state folder. ctrl-c ends the reading; what was read stays. Of a pod's log the path \
      says where it came from; of kubectl logs --prefix each line says its pod, and --namespace the rest:
        kubectl logs --prefix -n prod deploy/api | periplus ingest --namespace prod -
      """)

  @OptionGroup var home: HomeOptions
  @Flag(help: "Print the summary as one JSON object.") var json = false
  @Option(help: ArgumentHelp("Of lines that do not say it: their namespace.", valueName: "name")) var namespace = ""
  @Option(help: ArgumentHelp("Of lines that do not say it: their pod.", valueName: "name")) var pod = ""
  @Option(help: ArgumentHelp("Of lines that do not say it: their container.", valueName: "name")) var container = ""
  @Argument(help: "Files; - is the standard input.", completion: .file()) var files: [String]

  func run() async throws {
    let home = try home.resolve()
    // The recorder, which may read them, stands in another folder.
    let absolute = files.map { $0 == "-" ? $0 : Files.absolute($0) }
    let summary =
      GroundLauncher(home: home).isRunning("recorder")
      ? try await byRecorder(home, absolute) : try byOurselves(home, absolute)
    if let error = summary["error"]?.stringValue { throw Problem.environment(error) }
    let problems = (summary["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
    let count = summary["records"]?.intValue ?? 0
    Output.progress(counted(Int(count), "record"), isLast: true)
    if json { Output.json(summary.jsonString) } else { describe(summary, count) }
    if !problems.isEmpty { throw Problem.finding(problems.joined(separator: " ")) }
  }

  private func describe(_ summary: JSONValue, _ count: Int64) {
    let files = summary["files"]?.intValue ?? 0
    var parts = ["\(counted(Int(count), "record")) from \(counted(Int(files), "file"))"]
    for (key, words) in [("notJSON", "not JSON"), ("cut", "cut"), ("masked", "secrets masked")] {
      if let number = summary[key]?.intValue, number > 0 { parts.append("\(number) \(words)") }
    }
    Output.line(parts.joined(separator: ", "))
  }

  private func byRecorder(_ home: Home, _ paths: [String]) async throws -> JSONValue {
    let copies = try copies(home, paths)
    var copied = JSONObject()
    for (path, copy) in copies { copied[path] = .string(copy.path) }
    let origin: JSONValue = ["namespace": .string(namespace), "pod": .string(pod), "container": .string(container)]
    let job: JSONValue = ["paths": .array(paths.map { .string($0) }), "copies": .object(copied), "origin": origin]
    // A recorder that has just been started is not there to be asked yet.
    _ = await FolderWatch.wait(in: home.run, within: .seconds(5)) { Files.exists(home.socket("recorder")) }
    var last = JSONValue.null
    do {
      try await ControlClient(socket: home.socket("recorder")).run("ingest", job) { line in
        last = line
        if line["files"] == nil { Self.tell(line) }
      }
    } catch {
      throw Problem.environment("\(error)")
    }
    withExtendedLifetime(copies) {}
    guard last["files"] != nil || last["error"] != nil else {
      throw Problem.environment("the recorder ended before the files were read; what it read stays, periplus status tells whether it runs")
    }
    return last
  }

  private func copies(_ home: Home, _ paths: [String]) throws -> [String: StandardCopy] {
    let wanted = paths.filter(StandardCopy.isNeeded)
    guard !wanted.isEmpty else { return [:] }
    let isCancelled = Cancellation()
    Interrupts.onInterrupt { isCancelled.set() }
    var copies: [String: StandardCopy] = [:]
    for path in wanted where copies[path] == nil {
      let copy = try StandardCopy(home: home)
      try copy.fill(from: path) { isCancelled.isSet }
      copies[path] = copy
    }
    return copies
  }

  private func byOurselves(_ home: Home, _ paths: [String]) throws -> JSONValue {
    try home.create()
    let store: StoreWriter
    do { store = try StoreWriter(directory: home.store, now: WallClock.now()) } catch { throw Problem.environment("\(error)") }
    for notice in store.notices { Output.complain(notice) }
    let isCancelled = Cancellation()
    Interrupts.onInterrupt { isCancelled.set() }
    let assumed = AssumedOrigin(namespace: namespace, pod: pod, container: container)
    // No recorder sees to it that the store stays within its bounds.
    let retention = try ConfigurationFile(home: home).read().retention
    return IngestJob(store: store, origin: assumed, retention: retention, now: WallClock.now).run(paths, isCancelled: { isCancelled.isSet })
    { Self.tell($0) }
  }

  private static func tell(_ line: JSONValue) {
    let read = line["bytes"]?.intValue ?? 0
    let share = line["size"]?.intValue.map { $0 > 0 ? " \(read * 100 / $0) %" : "" } ?? ""
    Output.progress("\(line["path"]?.stringValue ?? ""):\(share) \(line["records"]?.intValue ?? 0) records")
  }

  private final class Cancellation: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
  }
}
