import Glibc
import LogStandard

/// What became of a line that did not come through the logger.
enum StrayLine {
  /// It was a valid record already, and stays as it is.
  case record([UInt8])
  case text(String, LogLevelWord, category: String)
}

/// One of the service's standard streams, cut into lines.
struct StrayStream {
  let descriptor: Int32
  let level: LogLevelWord
  let category: String
  private(set) var ended = false
  private var pending: [UInt8] = []

  /// A longer line becomes several records.
  static let longest = 16 * 1024

  init(descriptor: Int32, level: LogLevelWord, category: String) {
    self.descriptor = descriptor
    self.level = level
    self.category = category
  }

  /// Reads without waiting.
  mutating func readAvailable(_ report: (StrayLine) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !ended {
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 {
        accept(buffer[..<count], report)
      } else if count == 0 {
        ended = true
      } else if errno != EINTR {
        if errno != EAGAIN { ended = true }
        return
      }
    }
  }

  /// Reads what is left after the process's end, the last line without a line end included.
  mutating func finish(_ report: (StrayLine) -> Void) {
    readAvailable(report)
    if !pending.isEmpty { flush(report) }
  }

  mutating func accept(_ bytes: some Sequence<UInt8>, _ report: (StrayLine) -> Void) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        flush(report)
      } else {
        pending.append(byte)
        if pending.count >= Self.longest { flush(report) }
      }
    }
  }

  private mutating func flush(_ report: (StrayLine) -> Void) {
    let line = pending
    pending.removeAll(keepingCapacity: true)
    // A blank line says nothing.
    guard line.contains(where: { $0 > 0x20 }) else { return }
    if line.first == UInt8(ascii: "{"), RecordLine.isValid(line) {
      report(.record(line))
    } else {
      report(.text(String(decoding: line, as: UTF8.self), level, category: category))
    }
  }
}
