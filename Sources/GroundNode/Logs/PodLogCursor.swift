import CLinux
import Glibc
import GroundAPI
import StateDirectory

/// A reader's place in one log file. Asked for the next bytes it reads on: nothing is read ahead of a slow client.
actor PodLogCursor {
  private static let chunk = 65_536

  private let descriptor: Int32
  private let run: ContainerRun
  private let request: PodLogRequest
  private var offset: Int
  private var rest: [UInt8] = []
  private var continuesLine = false
  private var remaining: Int
  private var hasEnded = false

  init(path: String, run: ContainerRun, request: PodLogRequest) throws(APIError) {
    let descriptor = periplus_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else {
      throw APIError(
        code: 500, reason: "InternalError", message: "failed to open log file \"\(path)\": \(String(cString: strerror(errno)))")
    }
    self.descriptor = descriptor
    self.run = run
    self.request = request
    remaining = request.limitBytes ?? .max
    offset = if let lines = request.tailLines { Self.start(ofLast: lines, descriptor) } else { 0 }
  }

  deinit { close(descriptor) }

  /// The next bytes; `nil` at the end.
  func next() async throws -> [UInt8]? {
    while !hasEnded, remaining > 0 {
      try Task.checkCancellation()
      // Asked before the read: what is written until the run's end is then surely in the file.
      let isOver = !request.follow || run.hasEnded || !Files.exists(run.folder)
      let bytes = Self.read(descriptor, at: offset)
      offset += bytes.count
      if bytes.isEmpty {
        guard isOver else {
          try await Task.sleep(for: .milliseconds(50))
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

  /// Where the last `lines` whole lines begin; entries marked partial belong to the line that follows them.
  private static func start(ofLast lines: Int, _ descriptor: Int32) -> Int {
    guard lines > 0 else { return Int(lseek(descriptor, 0, SEEK_END)) }
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
    guard !starts.isEmpty else { return 0 }
    return starts.count < lines ? starts[0] : starts[next % lines]
  }
}
