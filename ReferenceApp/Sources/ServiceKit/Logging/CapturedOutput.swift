import Glibc
import LogStandard

/// A line that was printed past the logger.
enum CapturedLine {
  /// A valid record already: passed on as it is.
  case record([UInt8])
  case text(String, LogLevelWord, category: String)
}

/// What the service prints to one of its standard streams past the logger, split into lines.
struct CapturedOutput {
  let descriptor: Int32
  let level: LogLevelWord
  let category: String
  private(set) var ended = false
  private var pending: [UInt8] = []

  /// A longer line becomes several records.
  static let maximumLineBytes = 16 * 1024

  init(descriptor: Int32, level: LogLevelWord, category: String) {
    self.descriptor = descriptor
    self.level = level
    self.category = category
  }

  /// Reads what is there without blocking.
  mutating func readAvailable(_ report: (CapturedLine) -> Void) {
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

  /// Reads the rest after the process has ended, with a last line that has no line end.
  mutating func finish(_ report: (CapturedLine) -> Void) {
    readAvailable(report)
    if !pending.isEmpty { flush(report) }
  }

  mutating func accept(_ bytes: some Sequence<UInt8>, _ report: (CapturedLine) -> Void) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        flush(report)
      } else {
        pending.append(byte)
        if pending.count >= Self.maximumLineBytes { flush(report) }
      }
    }
  }

  private mutating func flush(_ report: (CapturedLine) -> Void) {
    let line = pending
    pending.removeAll(keepingCapacity: true)
    guard line.contains(where: { $0 > 0x20 }) else { return }
    if line.first == UInt8(ascii: "{"), RecordLine.isValid(line) {
      report(.record(line))
    } else {
      report(.text(String(decoding: line, as: UTF8.self), level, category: category))
    }
  }
}
