/// Cuts a stream of bytes into lines: it can be read into, or given chunks that end anywhere. Of a line that is too long the beginning is
/// given, marked, and the rest passed over.
package struct LineSplitter: Sendable {
  /// A longer line is cut.
  package let longest: Int
  /// How many lines were cut.
  package private(set) var cuts = 0

  private var buffer: [UInt8]
  private var filled = 0
  /// So many bytes at the start were searched for a line feed: none is among them.
  private var searched = 0
  /// Passing over the rest of a line whose beginning was given.
  private var isSkipping = false
  /// A line end may be CR LF.
  private let trimsReturn: Bool

  /// - Parameters:
  ///   - longest: the most bytes of a line that are given.
  ///   - room: how many bytes are read at a time by ``next(_:_:)``, at least twice the longest line; 0 for one that is given chunks.
  ///   - trimsReturn: a carriage return before the line feed is not part of the line.
  package init(longest: Int = 64 << 20, room: Int = 0, trimsReturn: Bool = false) {
    self.longest = longest
    self.trimsReturn = trimsReturn
    buffer = room == 0 ? [] : [UInt8](repeating: 0, count: Swift.max(room, longest * 2))
  }

  // MARK: Read into

  /// Reads once by `read`, and gives the lines that are whole then; `false` at the end, when a last line without an end is given too.
  package mutating func next<Failure: Error>(
    _ read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int, _ line: (_ bytes: UnsafeBufferPointer<UInt8>, _ wasCut: Bool) -> Void
  ) throws(Failure) -> Bool {
    let start = filled
    let outcome = buffer.withUnsafeMutableBytes { bytes -> Result<Int, Failure> in
      do throws(Failure) {
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
  package mutating func finish(_ line: (_ bytes: UnsafeBufferPointer<UInt8>, _ wasCut: Bool) -> Void) { take(isEnd: true, line) }

  // MARK: Given chunks

  /// The lines that a chunk completes. Those that are too long are left out, and counted in ``cuts``.
  package mutating func push(_ chunk: some Collection<UInt8>) -> [[UInt8]] {
    if buffer.count > filled { buffer.removeSubrange(filled...) }
    buffer.append(contentsOf: chunk)
    filled = buffer.count
    return lines(isEnd: false)
  }

  /// The last line, when the stream ended without a line feed.
  package mutating func finish() -> [UInt8]? { lines(isEnd: true).first }

  private mutating func lines(isEnd: Bool) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    take(isEnd: isEnd) { bytes, wasCut in if !wasCut { lines.append(Array(bytes)) } }
    return lines
  }

  // MARK: Cutting

  private mutating func take(isEnd: Bool, _ line: (UnsafeBufferPointer<UInt8>, Bool) -> Void) {
    var start = 0
    buffer.withUnsafeBufferPointer { bytes in
      while start < filled {
        if let end = Self.lineFeed(in: bytes, searched..<filled) {
          if isSkipping { isSkipping = false } else { line(trimmed(bytes, start..<end), false) }
          start = end + 1
          searched = start
        } else if isSkipping {
          start = filled
        } else if isEnd {
          line(trimmed(bytes, start..<filled), false)
          start = filled
        } else if start == 0, filled > longest {
          line(UnsafeBufferPointer(rebasing: bytes[..<longest]), true)
          cuts += 1
          isSkipping = true
          start = filled
        } else {
          break
        }
      }
    }
    let rest = start..<filled
    searched = isSkipping ? 0 : rest.count
    guard start > 0 else { return }
    buffer.withUnsafeMutableBytes { bytes in
      // The two may overlap; `copyMemory` is a memmove(3).
      guard !rest.isEmpty else { return }
      UnsafeMutableRawBufferPointer(rebasing: bytes[..<rest.count]).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[rest]))
    }
    filled = rest.count
  }

  private func trimmed(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    let hasReturn = trimsReturn && range.upperBound > range.lowerBound && bytes[range.upperBound - 1] == 0x0D
    return UnsafeBufferPointer(rebasing: bytes[range.lowerBound..<(hasReturn ? range.upperBound - 1 : range.upperBound)])
  }

  /// Eight bytes at a time (Mycroft's test for a zero byte).
  @inline(__always)
  private static func lineFeed(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
    guard let start = UnsafeRawPointer(bytes.baseAddress) else { return nil }
    let ones: UInt64 = 0x0101_0101_0101_0101
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let word = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ (ones &* 0x0A)
      // The lowest mark is always right; a borrow can only mark a byte above it.
      let marks = (word &- ones) & ~word & (ones &* 0x80)
      if marks != 0 { return offset + marks.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < range.upperBound {
      if bytes[offset] == 0x0A { return offset }
      offset += 1
    }
    return nil
  }
}
