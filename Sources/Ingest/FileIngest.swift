package import TelemetryModel
package import TimeFormat

/// Reads files of log lines, JSON, CRI or plain, also packed by gzip or zstd, into batches of records.
package struct FileIngest: Sendable {
  /// How far it is. Told after each batch; the caller thins it as it likes.
  package struct Progress: Sendable, Hashable {
    package var path: String
    /// The number of the file, from 0, and how many there are.
    package var file: Int
    package var files: Int
    /// Bytes of the file on disk that were read, and its size if known.
    package var bytes: Int64
    package var size: Int64?
    /// Records of all files so far.
    package var records: Int64
    /// Since the beginning.
    package var elapsed: Duration

    package var recordsPerSecond: Double { elapsed > .zero ? Double(records) / elapsed.seconds : 0 }
  }

  package struct Summary: Sendable, Hashable {
    package var files = 0
    package var records: Int64 = 0
    package var bytes: Int64 = 0
    /// Lines that were not JSON, that were cut, and secrets that were masked.
    package var notJSON: Int64 = 0
    package var cut: Int64 = 0
    package var masked: Int64 = 0
    /// Files that could not be read to their end, in sentences.
    package var problems: [String] = []
    package var wasCancelled = false

    package init() {}
  }

  /// The cluster under which the records are kept, and the name under which the source is counted.
  package var cluster: String
  package var source: String
  package var batchRecords: Int
  package var batchBytes: Int

  /// Large batches by default: each commit writes every page of the id index that it touches, and ids are spread over all.
  package init(cluster: String = "files", source: String = "ingest", batchRecords: Int = 40_000, batchBytes: Int = 16 << 20) {
    self.cluster = cluster
    self.source = source
    self.batchRecords = batchRecords
    self.batchBytes = batchBytes
  }

  /// Reads the files one after the other.
  ///
  /// - Parameters:
  ///   - paths: `-` is the standard input.
  ///   - now: the time of reading, of lines that have no other.
  ///   - deliver: stores a batch; what it throws ends the reading.
  /// - Returns: what was read. A file that is damaged or ends too early is a problem in it, not an error: what could be read is kept.
  package func run(
    _ paths: [String], now: Timestamp, progress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false },
    deliver: (LogBatch) throws -> Void
  ) throws -> Summary {
    var summary = Summary()
    let clock = ContinuousClock()
    let start = clock.now
    for (index, path) in paths.enumerated() {
      var reading = FileReading(ingest: self, path: path, now: now)
      do {
        let stream = try ByteStream(path: path)
        func tell() {
          progress(
            Progress(
              path: path, file: index, files: paths.count, bytes: stream.bytesRead, size: stream.size,
              records: summary.records + reading.records, elapsed: clock.now - start))
        }
        defer { summary.bytes += stream.bytesRead }
        while try reading.step(stream) {
          if try reading.deliverIfFull(deliver) { tell() }
          if isCancelled() {
            summary.wasCancelled = true
            break
          }
        }
        try reading.finish(deliver)
        tell()
        summary.files += 1
      } catch let error as IngestError {
        summary.problems.append(error.sentence)
        try reading.finish(deliver, problem: error.sentence)
      }
      reading.add(to: &summary)
      if summary.wasCancelled { break }
    }
    return summary
  }
}

/// The reading of one file.
private struct FileReading {
  private let ingest: FileIngest
  private let now: Timestamp
  private let stdout: LogOrigin
  private let stderr: LogOrigin
  private var splitter = LineSplitter()
  private var assembly = RecordAssembly()
  private var joiner = CRIJoiner()
  private var batch = LogBatch()
  private var batchBytes = 0
  private var lastTime: Timestamp?
  private(set) var records: Int64 = 0
  private var notJSON: Int64 = 0
  private var cut: Int64 = 0
  private var masked: Int64 = 0

  init(ingest: FileIngest, path: String, now: Timestamp) {
    self.ingest = ingest
    self.now = now
    let parts = path.split(separator: "/").map(String.init)
    let name = path == "-" ? "stdin" : parts.last ?? path
    // A file copied with its folders from a node says itself where it came from.
    if parts.count >= 3, let pod = PodLogPath(folder: parts[parts.count - 3]), let log = PodLogPath.restart(of: name) {
      let container = parts[parts.count - 2]
      stdout = pod.origin(cluster: ingest.cluster, container: container, restart: log.restart, stream: "stdout")
    } else {
      stdout = LogOrigin(cluster: ingest.cluster, namespace: "", pod: name, podUID: path, container: "")
    }
    var other = stdout
    other.stream = "stderr"
    stderr = other
  }

  /// Reads a part of the stream; `false` at its end.
  mutating func step(_ stream: ByteStream) throws(IngestError) -> Bool {
    var taken = splitter
    splitter = LineSplitter.none
    defer { splitter = taken }
    return try taken.next { buffer throws(IngestError) in
      try stream.read(into: buffer)
    } _: {
      line($0, $1)
    }
  }

  private mutating func line(_ bytes: UnsafeBufferPointer<UInt8>, _ wasCut: Bool) {
    if let line = CRILine(bytes) {
      if line.isPartial || joiner.continues(line) {
        if let whole = joiner.take(line, bytes) { take(whole, wasCut) }
      } else {
        add(
          assembly.record(
            UnsafeBufferPointer(rebasing: bytes[line.text]), origin: line.isError ? stderr : stdout, readAt: now, writtenAt: line.at,
            wasCut: wasCut))
      }
      return
    }
    // A line without a time, such as one of a stack trace, belongs to the one before it.
    add(assembly.record(bytes, origin: stdout, readAt: now, writtenAt: lastTime, wasCut: wasCut))
  }

  private mutating func take(_ whole: CRIJoiner.Whole, _ wasCut: Bool) {
    let record = whole.text.withUnsafeBufferPointer { text in
      assembly.record(
        text, origin: whole.isError ? stderr : stdout, readAt: now, writtenAt: whole.at, wasCut: wasCut || whole.wasCut)
    }
    add(record)
  }

  private mutating func add(_ record: LogRecord) {
    lastTime = record.flags.contains(.fromFuture) ? lastTime : record.at
    if record.flags.contains(.notJSON) { notJSON += 1 }
    if record.flags.contains(.cut) { cut += 1 }
    records += 1
    batchBytes += record.raw.count
    batch.records.append(record)
  }

  mutating func deliverIfFull(_ deliver: (LogBatch) throws -> Void) throws -> Bool {
    guard batch.records.count >= ingest.batchRecords || batchBytes >= ingest.batchBytes else { return false }
    try close(deliver)
    return true
  }

  mutating func finish(_ deliver: (LogBatch) throws -> Void, problem: String? = nil) throws {
    var rest = splitter
    splitter = LineSplitter.none
    rest.finish { line($0, $1) }
    for whole in joiner.finish() { take(whole, false) }
    try close(deliver, problem: problem)
  }

  private mutating func close(_ deliver: (LogBatch) throws -> Void, problem: String? = nil) throws {
    let found = assembly.takeMasked()
    masked += found
    var update = SourceUpdate(
      name: ingest.source, cluster: ingest.cluster, recordsIn: Int64(batch.records.count), masked: found, connectedSince: now,
      currentAt: now)
    if let problem { update.error = .happened(problem) }
    guard !batch.records.isEmpty || problem != nil else { return }
    batch.sources = [update]
    let full = batch
    batch = LogBatch()
    batch.records.reserveCapacity(full.records.count)
    batchBytes = 0
    try deliver(full)
  }

  func add(to summary: inout FileIngest.Summary) {
    summary.records += records
    summary.notJSON += notJSON
    summary.cut += cut
    summary.masked += masked
  }
}

extension LineSplitter {
  /// Stands in while the real one is in use, so that its buffer has one owner.
  fileprivate static var none: LineSplitter { LineSplitter(empty: ()) }
}
