import Screen
import TelemetryModel

/// Marks in a line what a search asked for: texts without regard to the case of ASCII letters, and regular expressions.
///
/// Made for one drawing: a compiled expression is not `Sendable`.
struct SearchHighlight {
  private let texts: [[UInt8]]
  private let patterns: [Regex<AnyRegexOutput>]

  init(_ query: LogQuery) {
    let sought = query.soughtTexts
    texts = sought.texts.map { $0.utf8.map(Self.lowered) }.filter { !$0.isEmpty }
    // What the store's engine knows and this one does not is found, but not marked.
    patterns = sought.patterns.compactMap { try? Regex($0) }
  }

  func applied(to line: StyledLine) -> StyledLine {
    guard !texts.isEmpty || !patterns.isEmpty else { return line }
    return StyledLine(line.runs.flatMap(marked))
  }

  private func marked(_ span: StyledRun) -> [StyledRun] {
    let ranges = ranges(in: span.text)
    guard !ranges.isEmpty else { return [span] }
    var parts: [StyledRun] = []
    var done = span.text.startIndex
    func add(_ range: Range<String.Index>, isMatch: Bool) {
      guard !range.isEmpty else { return }
      var part = span
      part.text = String(span.text[range])
      if isMatch { part.role = .match }
      parts.append(part)
    }
    for range in ranges where range.upperBound > done {
      let start = max(done, range.lowerBound)
      add(done..<start, isMatch: false)
      add(start..<range.upperBound, isMatch: true)
      done = range.upperBound
    }
    add(done..<span.text.endIndex, isMatch: false)
    return parts
  }

  /// In the order of the text; they may overlap.
  private func ranges(in text: String) -> [Range<String.Index>] {
    var ranges = patterns.flatMap { pattern in text.ranges(of: pattern).filter { !$0.isEmpty } }
    let bytes = text.utf8.map(Self.lowered)
    for needle in texts where needle.count <= bytes.count {
      var place = 0
      while place + needle.count <= bytes.count {
        guard bytes[place..<(place + needle.count)].elementsEqual(needle) else {
          place += 1
          continue
        }
        let from = text.utf8.index(text.startIndex, offsetBy: place)
        ranges.append(from..<text.utf8.index(from, offsetBy: needle.count))
        place += needle.count
      }
    }
    return ranges.sorted { $0.lowerBound < $1.lowerBound }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
}
