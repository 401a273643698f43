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
  /// How many batches may wait to be stored. With the one that is being read and the one that is being stored this bounds the memory.
  package var batchesAhead = 2
  /// Where a path is read from, when that is not itself: the standard input of another process, which made a copy of it.
  package var copies: [String: String] = [:]
  /// Of lines that do not say where they came from.
  package var origin = AssumedOrigin()
  /// What time it is now, asked again and again: a pipe may be read for hours. Without it the start counts.
  package var clock: (@Sendable () -> Timestamp)?

  /// Batches large enough that what a transaction costs besides its records is nothing, small enough that a few of them take little memory.
  package init(cluster: String = "files", source: String = "ingest", batchRecords: Int = 8192, batchBytes: Int = 4 << 20) {
    self.cluster = cluster
    self.source = source
    self.batchRecords = batchRecords
    self.batchBytes = batchBytes
  }

  /// Reads the files one after the other on a thread of its own, while the caller's thread stores what was read before.
  ///
  /// - Parameters:
  ///   - paths: `-` is the standard input.
  ///   - now: the time of reading, of lines that have no other.
  ///   - isCancelled: asked between batches, and while none comes. What was read until then is still delivered.
  ///   - deliver: stores a batch; what it throws ends the reading. It gets the batches in the order of the lines.
  /// - Returns: what was delivered. A file that is damaged or ends too early is a problem in it, not an error: what could be read is
  ///   kept.
  package func run(
    _ paths: [String], now: Timestamp, progress: (Progress) -> Void = { _ in }, isCancelled: () -> Bool = { false },
    deliver: (StoreBatch) throws -> Void
  ) throws -> Summary {
    var summary = Summary()
    let clock = ContinuousClock()
    let start = clock.now
    let parts = BoundedQueue<ReadPart>(depth: batchesAhead)
    // However this ends, the reader does not go on.
    defer { parts.close() }
    let ingest = self
    guard BackgroundThread.start({ ingest.read(paths, now: now, into: parts) }) else {
      throw IngestError(sentence: "Starting a thread to read files failed: \(FileSystem.lastError); end other programs and try again.")
    }
    while true {
      if !summary.wasCancelled, isCancelled() {
        summary.wasCancelled = true
        parts.stop()
      }
      switch parts.take(within: Self.patience) {
      case .nothingYet: continue
      case .end: return summary
      case .element(let part):
        if !part.batch.isEmpty { try deliver(part.batch) }
        summary.add(part)
        progress(
          Progress(
            path: paths[part.file], file: part.file, files: paths.count, bytes: part.bytes, size: part.size, records: summary.records,
            elapsed: clock.now - start))
      }
    }
  }

  /// How long to wait for lines before asking whether they are still wanted.
  private static let patience = Duration.seconds(1)

  /// Reads all files; runs on the reader's thread.
  private func read(_ paths: [String], now: Timestamp, into parts: BoundedQueue<ReadPart>) {
    defer { parts.finish() }
    for (index, path) in paths.enumerated() where !parts.isStopped {
      var reading = FileReading(ingest: self, path: path, file: index, now: now)
      guard reading.run(copies[path] ?? path, into: parts) else { return }
    }
  }
}

extension FileIngest.Summary {
  fileprivate mutating func add(_ part: ReadPart) {
    records += Int64(part.batch.records.count)
    notJSON += part.counts.notJSON
    cut += part.counts.cut
    masked += part.counts.masked
    guard part.isLast else { return }
    bytes += part.bytes
    if let problem = part.problem { problems.append(problem) } else { files += 1 }
  }
}
