import JSONBytes
import TelemetryModel
import TimeFormat

/// What the reader hands over: a batch, how far its file was read then, and what was counted in it.
struct ReadPart: Sendable {
  struct Counts: Sendable {
    var notJSON: Int64 = 0
    var cut: Int64 = 0
    var masked: Int64 = 0
  }

  var batch: StoreBatch
  var counts: Counts
  /// The number of the file.
  var file: Int
  /// Bytes of the file on disk that were read, and its size if known.
  var bytes: Int64
  var size: Int64?
  /// Nothing more comes of this file; then perhaps why it could not be read to its end.
  var isLast: Bool
  var problem: String?
}

/// The reading of one file.
struct FileReading {
  private let ingest: FileIngest
  private var now: Timestamp
  private let file: Int
  private let stdout: LogOrigin
  private let stderr: LogOrigin
  private var splitter = LineSplitter(longest: LogLineReader.longestLine, room: 2 << 20, trimsReturn: true)
  private var assembly = RecordAssembly()
  private var joiner = CRIJoiner()
  private var counts = ReadPart.Counts()
  private var lastTime: Timestamp?
  /// That of the last line that named its pod.
  private var named: (prefix: PodPrefix, origin: LogOrigin)?

  init(ingest: FileIngest, path: String, file: Int, now: Timestamp) {
    self.ingest = ingest
    self.now = now
    self.file = file
    let parts = path.split(separator: "/").map(String.init)
    let name = path == "-" ? "stdin" : parts.last ?? path
    // A file copied with its folders from a node says itself where it came from.
    if parts.count >= 3, let pod = PodLogPath(folder: parts[parts.count - 3]), let log = PodLogPath.restart(of: Self.unpacked(name)) {
      let container = parts[parts.count - 2]
      stdout = pod.origin(cluster: ingest.cluster, container: container, restart: log.restart, stream: "stdout")
    } else {
      let assumed = ingest.origin
      stdout = LogOrigin(
        cluster: ingest.cluster, namespace: assumed.namespace, pod: assumed.pod.isEmpty ? name : assumed.pod, podUID: path,
        container: assumed.container)
    }
    var other = stdout
    other.stream = "stderr"
    stderr = other
  }

  /// `0.log.20180122-140411.gz` is what the kubelet makes of a file that it put away.
  private static func unpacked(_ name: String) -> String {
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
    return name
  }

  /// Reads to the end, or until nobody wants more; `false` when nobody takes what was read.
  mutating func run(_ path: String, into parts: BoundedQueue<ReadPart>) -> Bool {
    var stream: ByteStream?
    var problem: String?
    var isWhole = true
    do throws(IngestError) {
      let opened = try ByteStream(path: path, isStopped: { parts.isStopped })
      stream = opened
      while try step(opened) {
        if parts.isStopped {
          isWhole = false
          break
        }
        if assembly.arena.count >= ingest.batchRecords || assembly.arena.bytes.count >= ingest.batchBytes {
          guard parts.put(part(opened)) else { return false }
        }
      }
    } catch {
      if parts.isStopped { isWhole = false } else { problem = error.sentence }
    }
    // A line whose end was not read is one only at the end of a file, not where the reading was broken off.
    if isWhole {
      var rest = splitter
      splitter = LineSplitter()
      rest.finish { line($0, $1) }
      for whole in joiner.finish() { take(whole, false) }
    }
    return parts.put(part(stream, isLast: true, problem: problem))
  }

  /// Reads a part of the stream; `false` at its end.
  mutating func step(_ stream: ByteStream) throws(IngestError) -> Bool {
    if let clock = ingest.clock { now = clock() }
    // Moved out while it is in use, so that its buffer has one owner.
    var taken = splitter
    splitter = LineSplitter()
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
        note(
          assembly.add(
            UnsafeBufferPointer(rebasing: bytes[line.text]), origin: line.isError ? stderr : stdout, readAt: now, writtenAt: line.at,
            wasCut: wasCut))
      }
      return
    }
    if let prefix = PodPrefix(bytes) {
      let rest = UnsafeBufferPointer(rebasing: bytes[prefix.length...])
      note(assembly.add(rest, origin: origin(of: prefix), readAt: now, writtenAt: nil, before: lastTime, wasCut: wasCut))
      return
    }
    // A line without a time, such as one of a stack trace, belongs to the one before it.
    note(assembly.add(bytes, origin: stdout, readAt: now, writtenAt: nil, before: lastTime, wasCut: wasCut))
  }

  private mutating func origin(of prefix: PodPrefix) -> LogOrigin {
    if let named, named.prefix == prefix { return named.origin }
    var origin = stdout
    (origin.pod, origin.container, origin.podUID) = (prefix.pod, prefix.container, "\(stdout.podUID)/\(prefix.pod)")
    named = (prefix, origin)
    return origin
  }

  private mutating func take(_ whole: CRIJoiner.Whole, _ wasCut: Bool) {
    let entry = whole.text.withUnsafeBufferPointer { text in
      assembly.add(
        text, origin: whole.isError ? stderr : stdout, readAt: now, writtenAt: whole.at, wasCut: wasCut || whole.wasCut)
    }
    note(entry)
  }

  private mutating func note(_ record: RecordArena.Entry) {
    lastTime = record.flags.contains(.fromFuture) ? lastTime : record.at
    if record.flags.contains(.notJSON) { counts.notJSON += 1 }
    if record.flags.contains(.cut) { counts.cut += 1 }
  }

  /// What was read since the last part.
  private mutating func part(_ stream: ByteStream?, isLast: Bool = false, problem: String? = nil) -> ReadPart {
    counts.masked = assembly.takeMasked()
    var batch = StoreBatch(records: assembly.takeRecords(isLast: isLast))
    if !batch.records.isEmpty || problem != nil {
      batch.sources = [
        SourceUpdate(
          name: ingest.source, cluster: ingest.cluster, recordsIn: Int64(batch.records.count), masked: counts.masked, connectedSince: now,
          currentAt: now, error: problem.map { .happened($0) } ?? (isLast ? .cleared : .unchanged))
      ]
    }
    defer { counts = ReadPart.Counts() }
    return ReadPart(
      batch: batch, counts: counts, file: file, bytes: stream?.bytesRead ?? 0, size: stream?.size, isLast: isLast, problem: problem)
  }
}
