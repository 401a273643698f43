/// Cuts a stream of chunks into lines: a chunk can end anywhere, a line can be megabytes.
package struct LineSplitter: Sendable {
  private var rest: [UInt8] = []
  private var isSkipping = false
  /// A longer line is dropped and counted.
  package let limit: Int
  package private(set) var dropped = 0

  package init(limit: Int = 64 << 20) { self.limit = limit }

  /// The lines that a chunk completes, without their line feeds.
  package mutating func push(_ chunk: some Collection<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = chunk.startIndex
    while let end = chunk[start...].firstIndex(of: 0x0A) {
      if isSkipping {
        isSkipping = false
      } else if rest.isEmpty {
        lines.append(Array(chunk[start..<end]))
      } else {
        rest.append(contentsOf: chunk[start..<end])
        lines.append(rest)
        rest = []
      }
      start = chunk.index(after: end)
    }
    if !isSkipping {
      rest.append(contentsOf: chunk[start...])
      if rest.count > limit {
        rest = []
        isSkipping = true
        dropped += 1
      }
    }
    return lines
  }

  /// The last line, when the stream ended without a line feed.
  package mutating func finish() -> [UInt8]? {
    defer { rest = [] }
    return rest.isEmpty ? nil : rest
  }
}
