import Glibc
import TelemetryModel

/// Cuts a stream of bytes into lines, of which a long one's beginning is kept and its rest passed over.
struct LineSplitter {
  private var buffer: [UInt8]
  private var filled = 0
  /// Passing over the rest of a line whose beginning was given.
  private var isSkipping = false

  init(capacity: Int = 2 << 20) { buffer = [UInt8](repeating: 0, count: Swift.max(capacity, LogLineReader.longestLine * 2)) }

  /// One that reads nothing and takes no memory.
  init(empty: Void) { buffer = [] }

  /// Reads once by `read`, and gives the lines that are whole then; `false` at the end, when a last line without an end is given too.
  mutating func next(
    _ read: (UnsafeMutableRawBufferPointer) throws(IngestError) -> Int,
    _ line: (_ bytes: UnsafeBufferPointer<UInt8>, _ wasCut: Bool) -> Void
  ) throws(IngestError) -> Bool {
    let start = filled
    let outcome = buffer.withUnsafeMutableBytes { bytes -> Result<Int, IngestError> in
      do throws(IngestError) {
        return .success(try read(UnsafeMutableRawBufferPointer(rebasing: bytes[start...])))
      } catch {
        return .failure(error)
      }
    }
    let count = try outcome.get()
    filled += count
    take(isEnd: count == 0, line)
    return count > 0
  }

  /// Gives what is left when the stream broke off.
  mutating func finish(_ line: (_ bytes: UnsafeBufferPointer<UInt8>, _ wasCut: Bool) -> Void) { take(isEnd: true, line) }

  private mutating func take(isEnd: Bool, _ line: (UnsafeBufferPointer<UInt8>, Bool) -> Void) {
    var start = 0
    buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      while start < filled {
        if let found = memchr(base + start, 0x0A, filled - start) {
          let end = UnsafeRawPointer(base).distance(to: found)
          if isSkipping { isSkipping = false } else { line(Self.trimmed(bytes, start..<end), false) }
          start = end + 1
        } else if isSkipping {
          start = filled
        } else if isEnd {
          line(Self.trimmed(bytes, start..<filled), false)
          start = filled
        } else if start == 0, filled > LogLineReader.longestLine {
          line(UnsafeBufferPointer(rebasing: bytes[..<LogLineReader.longestLine]), true)
          isSkipping = true
          start = filled
        } else {
          break
        }
      }
    }
    if start > 0 {
      let rest = start..<filled
      buffer.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress, !rest.isEmpty else { return }
        memmove(base, base + rest.lowerBound, rest.count)
      }
      filled = rest.count
    }
  }

  /// A line end may be CR LF.
  private static func trimmed(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    let end = range.upperBound > range.lowerBound && bytes[range.upperBound - 1] == 0x0D ? range.upperBound - 1 : range.upperBound
    return UnsafeBufferPointer(rebasing: bytes[range.lowerBound..<end])
  }
}
