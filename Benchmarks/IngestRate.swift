import CLinux
import Glibc
import JSONBytes
import StateDirectory
import TimeFormat

/// How fast a file of log lines becomes searchable, and how fast lnav loads the same file.
enum IngestRate {
  static let lines = 1_000_000
  static let runs = 3

  static let benchmark = Benchmark(
    name: "ingest", title: "Ingest",
    method: """
      `periplus ingest` of one file of \(grouped(lines)) JSON lines into an empty store, against `lnav -n` with a format for the same \
      lines and a count of all of them; \(runs) runs each, in turn, medians. Periplus masks secrets and stores the lines durably with \
      their index by request id, reading on one thread and storing on another; lnav keeps an index of the file in memory.
      """
  ) { bench in
    let file = "\(bench.scratch)/sample.log"
    let bytes = try write(file, requests: lines / SampleRecords.perRequest)
    defer { try? Files.remove(file) }
    let lnav = bench.find("lnav")
    if lnav != nil { try writeFormat("\(bench.scratch)/lnav") }
    var ours: [Double] = []
    var theirs: [Double] = []
    var stored = 0
    var memory = 0
    for run in 0..<runs {
      let home = try bench.home("ingest-\(run)")
      let done = try await ChildProcess.run(
        bench.periplus, ["ingest", "--json", file], environment: bench.environment(home), scratch: bench.scratch)
      let count = (try? JSONValue(parsing: done.output))?["records"]?.intValue
      guard done.status == 0, count == Int64(lines) else {
        throw NotMeasured("periplus ingest ended with \(done.status) and \(count ?? 0) of \(lines) records")
      }
      ours.append(done.elapsed.seconds)
      memory = max(memory, done.peakMemory)
      stored = size(home.store)
      try Files.remove(home.path)
      guard let lnav else { continue }
      let loaded = try await ChildProcess.run(
        lnav, ["-n", "-I", "\(bench.scratch)/lnav", "-c", ";SELECT count(*) AS n FROM all_logs", "-c", ":write-csv-to -", file],
        environment: bench.environment(home), scratch: bench.scratch)
      guard loaded.status == 0, loaded.output.contains("\(lines)") else {
        throw NotMeasured("lnav ended with \(loaded.status) and did not count \(lines) records: \(loaded.output.prefix(200))")
      }
      theirs.append(loaded.elapsed.seconds)
    }
    let seconds = median(ours)
    let rate = Double(lines) / seconds
    var peer = "lnav is not installed; scripts/setup bench installs it"
    if !theirs.isEmpty {
      let other = median(theirs)
      peer = "lnav \(grouped(Int(Double(lines) / other))) lines/s; ratio \(decimals(other / seconds))"
    }
    return [
      Figure(
        what: "ingest of \(grouped(lines)) lines, \(bytes >> 20) MiB", figure: "\(grouped(Int(rate))) records/s",
        target: "200,000 records/s with sealed blocks, a later format", peer: peer),
      Figure(what: "most memory of it", figure: "\(memory / 1_000_000) MB", target: "does not grow with the file"),
      Figure(
        what: "store on disk against the raw lines", figure: "\(decimals(Double(stored) / Double(bytes))) ×",
        target: "0.25 × with sealed blocks"),
    ]
  }

  private static func write(_ path: String, requests: Int) throws -> Int {
    let file = periplus_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw SystemError("write", path) }
    defer { close(file) }
    var buffer: [UInt8] = []
    var total = 0
    func flush() throws {
      var sent = 0
      while sent < buffer.count {
        let count = buffer[sent...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw SystemError("write", path) }
        sent += count
      }
      total += buffer.count
      buffer.removeAll(keepingCapacity: true)
    }
    try SampleRecords.each(requests: requests) { line in
      buffer += line.bytes
      buffer.append(UInt8(ascii: "\n"))
      if buffer.count > 1 << 20 { try flush() }
    }
    try flush()
    return total
  }

  /// Tells lnav what the keys of the lines mean; without it lnav takes them for plain text.
  private static func writeFormat(_ folder: String) throws {
    try Files.makeFolder("\(folder)/formats/sample")
    let format = """
      {"$schema": "https://lnav.org/schemas/format-v1.schema.json",
       "sample_log": {"title": "sample", "json": true, "hide-extra": true, "file-pattern": "sample\\\\.log",
        "timestamp-field": "@timestamp", "level-field": "logLevel", "body-field": "logMessage", "opid-field": "logRequestId",
        "line-format": [{"field": "@timestamp"}, " ", {"field": "logLevel"}, " ", {"field": "logMessage"}],
        "value": {"logRequestId": {"kind": "string", "identifier": true}, "logServiceName": {"kind": "string", "identifier": true}}}}
      """
    try Files.write(format, to: "\(folder)/formats/sample/format.json")
  }

  private static func size(_ folder: String) -> Int {
    Files.names(in: folder).reduce(0) { sum, name in
      let file = periplus_open("\(folder)/\(name)", O_RDONLY, 0)
      guard file >= 0 else { return sum }
      defer { close(file) }
      return sum + max(0, Int(lseek(file, 0, SEEK_END)))
    }
  }
}
