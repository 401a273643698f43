import TelemetryModel

/// A text of a record that is part of its raw line is stored as its place there, not again.
enum PartOfRaw {
  /// `offset << 20 | length`; `nil` when the text has bytes of its own.
  static func place(of part: RecordArena.Part, in raw: RecordArena.Part) -> Int64? {
    guard raw.count < 1 << 20, part.start >= raw.start, part.range.upperBound <= raw.range.upperBound else { return nil }
    return Int64(part.start - raw.start) << 20 | Int64(part.count)
  }

  static func bytes(_ place: Int64, in raw: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    let offset = Int(place >> 20)
    let length = Int(place & (1 << 20 - 1))
    guard offset >= 0, length <= raw.count - offset else { return nil }
    return UnsafeBufferPointer(rebasing: raw[offset..<offset + length])
  }
}
