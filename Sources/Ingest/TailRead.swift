import Glibc
import LogStandard
import TelemetryModel
import TimeFormat

/// What one poll reads: lines become records, records and positions become batches of bounded size.
struct TailRead {
  /// The bytes that are read of a file at a time.
  static let chunk = 1 << 20
  private static let mostRecords = 4096
  private static let mostBytes = 1 << 20
  /// The most chunks of one file in a poll, so that a loud container does not keep the others waiting.
  private static let mostChunks = 4

  private(set) var batches: [StoreBatch] = []
  private(set) var hasMore = false
  private(set) var problemSentence: String?
  var update: SourceUpdate

  private let now: Timestamp
  private let empty: SourceUpdate
  private var batch = StoreBatch()
  private var assembly = RecordAssembly()

  /// - Parameter openKeys: what ``openKeys`` was after the last poll.
  init(cluster: String, source: String, now: Timestamp, openKeys: [LogOrigin: PrivateKeyLines] = [:]) {
    self.now = now
    assembly.openKeys = openKeys
    empty = SourceUpdate(name: source, cluster: cluster)
    update = empty
  }

  /// Private keys in the middle of which the poll ended.
  var openKeys: [LogOrigin: PrivateKeyLines] { assembly.openKeys }

  var isEmpty: Bool { batches.isEmpty && hasNothing }
  private var hasNothing: Bool { batch.isEmpty && assembly.arena.isEmpty }

  mutating func problem(_ sentence: String) { problemSentence = problemSentence ?? sentence }

  mutating func forget(_ folder: String) { batch.checkpoints.append(.folderGone(folder)) }

  /// Ends the current batch. The last one of a poll carries the source's state.
  mutating func close(force: Bool = false) {
    guard force || !hasNothing else { return }
    batch.records = assembly.takeRecords(isLast: true)
    update.recordsIn = Int64(batch.records.count)
    update.masked = assembly.takeMasked()
    if update != empty { batch.sources.append(update) }
    if !batch.isEmpty { batches.append(batch) }
    update = empty
    batch = StoreBatch()
  }

  // MARK: Files

  /// Reads a file up to its end, or as much as a poll takes.
  mutating func drain(_ file: inout TailedFile, _ buffer: inout [UInt8], isEnded: Bool) {
    guard let open = file.opened() else { return }
    var hasRead = false
    for _ in 0..<Self.mostChunks {
      guard let count = buffer.withUnsafeMutableBytes({ open.read($0, at: file.offset) }) else {
        problem("Reading \(file.path) failed: \(FileSystem.lastError).")
        break
      }
      let isEnd = count < buffer.count
      let consumed = buffer.withUnsafeBufferPointer { bytes in
        lines(UnsafeBufferPointer(rebasing: bytes[..<count]), &file, takesRest: isEnd && isEnded || !isEnd)
      }
      if consumed > 0 { hasRead = true }
      if isEnd {
        if isEnded, !file.joiner.isEmpty {
          for whole in file.joiner.finish() { take(whole, file) }
          hasRead = true
        }
        break
      }
      hasMore = true
    }
    guard hasRead else { return }
    file.noteHead(open)
    note(file)
  }

  /// Takes the lines of a chunk; gives how many bytes it took. A line without an end waits, unless nothing will follow it or it
  /// fills the chunk.
  private mutating func lines(_ bytes: UnsafeBufferPointer<UInt8>, _ file: inout TailedFile, takesRest: Bool) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var start = 0
    while start < bytes.count {
      let found = memchr(base + start, 0x0A, bytes.count - start)
      let end = found.map { UnsafeRawPointer(base).distance(to: $0) } ?? bytes.count
      if found == nil, !takesRest || start > 0 && bytes.count == Self.chunk { break }
      line(UnsafeBufferPointer(rebasing: bytes[start..<end]), &file)
      let next = found == nil ? end : end + 1
      file.offset += Int64(next - start)
      start = next
      if assembly.arena.count >= Self.mostRecords || assembly.arena.bytes.count >= Self.mostBytes {
        note(file)
        close()
      }
    }
    return start
  }

  private mutating func line(_ bytes: UnsafeBufferPointer<UInt8>, _ file: inout TailedFile) {
    guard let line = CRILine(bytes) else {
      // Not as a container runtime writes: a line torn by a crash. It is kept as it is.
      if !bytes.isEmpty { assembly.add(bytes, origin: file.stdout, readAt: now, writtenAt: nil) }
      return
    }
    if line.isPartial || file.joiner.continues(line) {
      if let whole = file.joiner.take(line, bytes) { take(whole, file) }
      return
    }
    let text = UnsafeBufferPointer(rebasing: bytes[line.text])
    assembly.add(text, origin: line.isError ? file.stderr : file.stdout, readAt: now, writtenAt: line.at)
  }

  private mutating func take(_ whole: CRIJoiner.Whole, _ file: TailedFile) {
    _ = whole.text.withUnsafeBufferPointer { text in
      assembly.add(text, origin: whole.isError ? file.stderr : file.stdout, readAt: now, writtenAt: whole.at, wasCut: whole.wasCut)
    }
  }

  /// The file's position in the batch that holds its last line.
  private mutating func note(_ file: TailedFile) {
    let position = file.position
    let known = batch.checkpoints.firstIndex { checkpoint in
      if case .file(let other) = checkpoint { other.inode == position.inode && other.folder == position.folder } else { false }
    }
    if let known { batch.checkpoints[known] = .file(position) } else { batch.checkpoints.append(.file(position)) }
  }
}
