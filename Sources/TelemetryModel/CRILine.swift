package import TimeFormat

/// One line of a container's log file as the container runtime writes it (Kubernetes CRI logging format):
/// `<RFC 3339 with nanoseconds> stdout|stderr F|P <text>`. P is a part of a line that goes on in the next of the same stream.
package struct CRILine: Sendable, Hashable {
  package var at: Timestamp
  package var isError: Bool
  package var isPartial: Bool
  /// Where the text is among the line's bytes.
  package var text: Range<Int>

  package var stream: String { isError ? "stderr" : "stdout" }

  /// `nil` when the line is not in this format. The line comes without its end.
  package init?(_ line: UnsafeBufferPointer<UInt8>) {
    // The shortest: a time in seconds, a stream, a tag.
    guard line.count >= 29, line[4] == UInt8(ascii: "-"), line[0] &- UInt8(ascii: "0") < 10 else { return nil }
    var space = 20
    while space < line.count, space < 40, line[space] != 0x20 { space += 1 }
    guard space + 9 <= line.count, line[space] == 0x20,
      let at = Timestamp(rfc3339: UnsafeBufferPointer(rebasing: line[..<space])),
      line[space + 1] == UInt8(ascii: "s"), line[space + 2] == UInt8(ascii: "t"), line[space + 3] == UInt8(ascii: "d"),
      line[space + 7] == 0x20
    else { return nil }
    switch (line[space + 4], line[space + 5], line[space + 6]) {
    case (UInt8(ascii: "o"), UInt8(ascii: "u"), UInt8(ascii: "t")): isError = false
    case (UInt8(ascii: "e"), UInt8(ascii: "r"), UInt8(ascii: "r")): isError = true
    default: return nil
    }
    // The tag may be followed by others after colons: the first says whether the line is whole.
    let tag = line[space + 8]
    guard tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P") else { return nil }
    var end = space + 9
    while end < line.count, line[end] != 0x20 {
      guard line[end] == UInt8(ascii: ":") || end > space + 9 else { return nil }
      end += 1
    }
    isPartial = tag == UInt8(ascii: "P")
    self.at = at
    text = Swift.min(end + 1, line.count)..<line.count
  }
}

/// Joins the parts of lines, for each stream of one file.
package struct CRIJoiner: Sendable, Hashable {
  /// A whole line and when its first part was written.
  package struct Whole: Sendable, Hashable {
    package var at: Timestamp
    package var isError: Bool
    package var text: [UInt8]
    /// It was longer than is kept.
    package var wasCut: Bool
  }

  private var out: TailPartial?
  private var err: TailPartial?

  package init() {}

  /// Goes on where another joiner stopped.
  package init(partials: [TailPartial]) {
    out = partials.first { $0.stream == "stdout" }
    err = partials.first { $0.stream == "stderr" }
  }

  /// The beginnings that wait for their end.
  package var partials: [TailPartial] { [out, err].compactMap(\.self) }
  package var isEmpty: Bool { out == nil && err == nil }

  /// Whether the next line of this stream ends one whose beginning waits.
  package func continues(_ line: CRILine) -> Bool { (line.isError ? err : out) != nil }

  /// Takes one line; gives the whole one when this was its last part.
  package mutating func take(_ line: CRILine, _ bytes: UnsafeBufferPointer<UInt8>) -> Whole? {
    var partial = (line.isError ? err : out) ?? TailPartial(stream: line.stream, at: line.at, text: [], wasCut: false)
    let room = LogLineReader.longestLine - partial.text.count
    if line.text.count > room { partial.wasCut = true }
    let kept = line.text.lowerBound..<line.text.lowerBound + Swift.min(room, line.text.count)
    partial.text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[kept]))
    if line.isPartial {
      if line.isError { err = partial } else { out = partial }
      return nil
    }
    if line.isError { err = nil } else { out = nil }
    return Whole(at: partial.at, isError: line.isError, text: partial.text, wasCut: partial.wasCut)
  }

  /// What waits, as lines: the file has ended and no more will come.
  package mutating func finish() -> [Whole] {
    let wholes = partials.map { Whole(at: $0.at, isError: $0.stream == "stderr", text: $0.text, wasCut: $0.wasCut) }
    (out, err) = (nil, nil)
    return wholes
  }
}
