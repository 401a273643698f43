import TimeFormat

/// The newest lines of a log, by their hashes: a log that is asked for again from a moment gives each line once.
///
/// API servers pass `sinceTime` on in whole seconds (metav1.Time) and send every line of that second again. Times cannot tell
/// the lines apart, because many lines can carry one time; and the two streams of a container may overtake each other by a moment.
/// So every line since a whole second is remembered, and as often as it came.
struct SeenLines: Sendable, Hashable {
  struct Line: Sendable, Hashable {
    var at: Timestamp
    /// Of the whole line, its time included.
    var hash: UInt64
  }

  /// Every line that was read of this moment or later is among ``lines``.
  private(set) var cutoff: Timestamp?
  private var held: [Line] = []
  /// Where the ones that are still remembered begin.
  private var first = 0
  private(set) var last: Timestamp?

  /// The most lines that are remembered, for containers that write more in a second.
  static let limit = 4096
  /// By how much a line may be younger than one that was written before it.
  private static let slack = Duration.seconds(1)

  init() {}

  /// Goes on where another one stopped.
  init(cutoff: Timestamp, lines: [Line]) {
    self.cutoff = cutoff
    held = lines
    last = lines.map(\.at).max()
  }

  var isEmpty: Bool { cutoff == nil }
  var lines: ArraySlice<Line> { held[first...] }

  /// From when to ask for the log again: a whole second.
  var since: Timestamp? { cutoff.map(Self.wholeSecond) }

  /// How often each line is remembered.
  var counts: [UInt64: Int] { lines.reduce(into: [:]) { $0[$1.hash, default: 0] += 1 } }

  mutating func insert(_ line: Line) {
    held.append(line)
    let newest = max(last ?? line.at, line.at)
    last = newest
    var from = max(cutoff ?? .distantPast, Self.wholeSecond(newest - Self.slack))
    if held.count - first > Self.limit {
      // Lines of the time of the one that is forgotten can no more be counted.
      from = max(from, Timestamp(nanoseconds: held[first].at.nanoseconds + 1))
      first += 1
    }
    cutoff = from
    while first < held.count, held[first].at < from { first += 1 }
    if first > Self.limit {
      held.removeFirst(first)
      first = 0
    }
  }

  private static func wholeSecond(_ moment: Timestamp) -> Timestamp {
    let second: Int64 = 1_000_000_000
    let rest = moment.nanoseconds % second
    return Timestamp(nanoseconds: moment.nanoseconds - (rest < 0 ? rest + second : rest))
  }

  /// FNV-1a over the line's bytes.
  static func hash(_ line: some Sequence<UInt8>) -> UInt64 {
    line.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension Timestamp {
  fileprivate static let distantPast = Timestamp(nanoseconds: .min)
}

extension SeenLines {
  /// As it is kept in a position: a time and a hash a line, 16 bytes each, little-endian.
  var packed: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lines.count * 16)
    for line in lines {
      for word in [UInt64(bitPattern: line.at.nanoseconds), line.hash] {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  init(cutoff: Timestamp, packed: [UInt8]) {
    let words = packed.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - bytes.count % 16, by: 8).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
      }
    }
    self.init(
      cutoff: cutoff,
      lines: stride(from: 0, to: words.count, by: 2).map {
        Line(at: Timestamp(nanoseconds: Int64(bitPattern: words[$0])), hash: words[$0 + 1])
      })
  }
}
