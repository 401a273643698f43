import TimeFormat

/// What a program wrote to its terminal, and when each piece of it came.
struct TerminalRecording {
  private var bytes: [UInt8] = []
  /// The end of each piece in `bytes`, and when it was read.
  private var pieces: [(end: Int, at: Timestamp)] = []

  mutating func append(_ piece: [UInt8], at moment: Timestamp) {
    bytes += piece
    pieces.append((bytes.count, moment))
  }

  /// When the last byte of the first occurrence of `text` came; `nil` when it was never written.
  func firstSight(of text: some Collection<UInt8>) -> Timestamp? {
    guard let found = bytes.firstRange(of: text) else { return nil }
    return pieces.first { $0.end >= found.upperBound }?.at
  }
}
