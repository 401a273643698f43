/// The parts of a Swift file that are no code: its comments and its string literals, in which words of people stand.
struct SwiftText {
  struct Part: Equatable {
    var line: Int
    var text: String
  }

  private(set) var parts: [Part] = []

  init(_ source: String) {
    var scanner = Scanner(bytes: Array(source.utf8))
    scanner.code(isInterpolation: false)
    parts = scanner.parts
  }

  /// Goes over the source once. An interpolation is code inside of a literal, and may hold literals itself.
  private struct Scanner {
    let bytes: [UInt8]
    var index = 0
    var line = 1
    var parts: [Part] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func has(_ text: StaticString) -> Bool {
      guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
      for offset in 0..<text.utf8CodeUnitCount where bytes[index + offset] != text.utf8Start[offset] { return false }
      return true
    }

    /// Whether so many `#` stand here, after `skipped` bytes.
    private func hasHashes(_ count: Int, after skipped: Int) -> Bool {
      let start = index + skipped
      return start + count <= bytes.count && bytes[start..<start + count].allSatisfy { $0 == UInt8(ascii: "#") }
    }

    /// The next byte, which is stepped over.
    private mutating func next() -> UInt8 {
      defer { index += 1 }
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      return bytes[index]
    }

    /// - Parameter isInterpolation: it ends with the parenthesis that closes it.
    mutating func code(isInterpolation: Bool) {
      var depth = 0
      while index < bytes.count {
        if has("//") {
          comment { !$0.has("\n") }
        } else if has("/*") {
          var comments = 0
          comment { scanner in
            comments += scanner.has("/*") ? 1 : scanner.has("*/") ? -1 : 0
            return comments > 0
          }
        } else if let hashes = literal() {
          string(hashes: hashes)
        } else {
          let byte = next()
          if byte == UInt8(ascii: "(") { depth += 1 }
          if byte == UInt8(ascii: ")") { depth -= 1 }
          if isInterpolation, depth < 0 { return }
        }
      }
    }

    private mutating func comment(while isInside: (Scanner) -> Bool) {
      let (start, first) = (index, line)
      while index < bytes.count, isInside(self) { _ = next() }
      add(bytes[start..<index], from: first)
    }

    private mutating func add(_ text: some Collection<UInt8>, from first: Int) {
      let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for (offset, line) in lines.enumerated() where !line.isEmpty {
        parts.append(Part(line: first + offset, text: String(decoding: line, as: UTF8.self)))
      }
    }

    /// How many `#` stand before the quote that begins a literal here; `nil` when none begins.
    private func literal() -> Int? {
      guard bytes[index] == UInt8(ascii: "#") || bytes[index] == UInt8(ascii: "\"") else { return nil }
      let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
      return index + hashes < bytes.count && bytes[index + hashes] == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func string(hashes: Int) {
      index += hashes
      let isLong = has("\"\"\"")
      let quotes = isLong ? 3 : 1
      index += quotes
      var (start, first) = (index, line)
      while index < bytes.count {
        if isLong ? has("\"\"\"") : has("\""), hasHashes(hashes, after: quotes) { break }
        if has("\\"), hasHashes(hashes, after: 1), index + hashes + 1 < bytes.count {
          if bytes[index + hashes + 1] == UInt8(ascii: "(") {
            add(bytes[start..<index], from: first)
            index += hashes + 2
            code(isInterpolation: true)
            (start, first) = (index, line)
            continue
          }
          index += hashes + 1
        }
        _ = next()
      }
      add(bytes[start..<min(index, bytes.count)], from: first)
      index += quotes + hashes
    }
  }
}
