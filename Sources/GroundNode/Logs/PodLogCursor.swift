import CLinux
import Glibc
import GroundAPI
import StateDirectory

/// A reader's place in the log of a run. Asked for the next bytes it reads on: nothing is read ahead of a slow client.
actor PodLogCursor {
  private static let chunk = 65_536

  private let log: RunLog
  private let run: ContainerRun
  private let request: PodLogRequest
  /// The file that is read and those after it, oldest first.
  private var files: [RunLog.File]
  private var offset = 0
  private var rest: [UInt8] = []
  private var continuesLine = false
  private var remaining: Int
  private var hasEnded = false
  /// What is written to the log, and the run's end.
  private let changes: FolderWatch?

  init(log: RunLog, run: ContainerRun, request: PodLogRequest) throws(APIError) {
    self.log = log
    self.run = run
    self.request = request
    remaining = request.limitBytes ?? .max
    changes = request.follow ? FolderWatch(log.folder, run.folder) : nil
    files = try log.files()
    guard let wanted = request.tailLines else { return }
    var missing = wanted
    for index in files.indices.reversed() {
      let tail = Self.tail(of: files[index].descriptor, lines: missing)
      missing -= tail.lines
      guard missing == 0 || index == 0 else { continue }
      offset = tail.offset
      files.removeFirst(index)
      break
    }
  }

  /// The next bytes; `nil` at the end.
  func next() async throws -> [UInt8]? {
    while !hasEnded, remaining > 0 {
      try Task.checkCancellation()
      // Asked before the read: what is written until the run's end is then surely in the files.
      let isOver = !request.follow || run.hasEnded || !Files.exists(run.folder)
      var bytes = Self.read(files.first?.descriptor ?? -1, at: offset)
      if bytes.isEmpty, files.count <= 1, let more = try? log.files(after: files.first), !more.isEmpty {
        // Put away meanwhile, perhaps after more was written to it.
        files += more
        bytes = Self.read(files.first?.descriptor ?? -1, at: offset)
      }
      offset += bytes.count
      if bytes.isEmpty {
        if files.count > 1 {
          files.removeFirst()
          offset = 0
          continue
        }
        guard isOver else {
          await changes?.wake.wait(within: .seconds(1))
          continue
        }
        hasEnded = true
      }
      let out = render(bytes)
      if !out.isEmpty {
        let part = out.prefix(remaining)
        remaining -= part.count
        return Array(part)
      }
    }
    return nil
  }

  /// Whole entries as the client wants them: prefixes gone, parts joined.
  private func render(_ bytes: [UInt8]) -> [UInt8] {
    rest += bytes
    var out: [UInt8] = []
    var start = 0
    while let newline = rest[start...].firstIndex(of: 0x0A) {
      let line = rest[start..<newline]
      start = newline + 1
      guard let entry = CRIEntry(line) else {
        // Not ours, but kept: a line is never dropped.
        out += line + [0x0A]
        continue
      }
      let isStart = !continuesLine
      continuesLine = entry.isPartial
      if let since = request.since, entry.time < since { continue }
      if request.timestamps, isStart { out += entry.stamp + [0x20] }
      out += entry.text
      if !entry.isPartial { out.append(0x0A) }
    }
    rest.removeFirst(start)
    return out
  }

  private static func read(_ descriptor: Int32, at offset: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, chunk, off_t(offset)))
    }
  }

  /// Where the last `lines` whole lines begin, and how many there are; entries marked partial belong to the line that follows them.
  private static func tail(of descriptor: Int32, lines: Int) -> (offset: Int, lines: Int) {
    guard lines > 0 else { return (Int(lseek(descriptor, 0, SEEK_END)), 0) }
    var starts: [Int] = []
    var next = 0
    var offset = 0
    var rest: [UInt8] = []
    var lineStart = 0
    var isInside = false
    while true {
      let bytes = read(descriptor, at: offset)
      if bytes.isEmpty { break }
      offset += bytes.count
      rest += bytes
      var start = 0
      let base = offset - rest.count
      while let newline = rest[start...].firstIndex(of: 0x0A) {
        if !isInside { lineStart = base + start }
        isInside = CRIEntry(rest[start..<newline])?.isPartial ?? false
        if !isInside {
          if starts.count < lines {
            starts.append(lineStart)
          } else {
            starts[next] = lineStart
            next = (next + 1) % lines
          }
        }
        start = newline + 1
      }
      rest.removeFirst(start)
    }
    guard !starts.isEmpty else { return (0, 0) }
    return (starts.count < lines ? starts[0] : starts[next % lines], starts.count)
  }
}
