import Glibc

/// A text of a record that is part of its raw line is stored as its place there, not again.
enum PartOfRaw {
  /// `offset << 20 | length`; `nil` when the text is not in the line as it stands.
  static func place(of text: String, in raw: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard raw.count < 1 << 20, let base = raw.baseAddress else { return nil }
    var copy = text
    return copy.withUTF8 { needle -> Int64? in
      guard let first = needle.baseAddress, !needle.isEmpty, needle.count <= raw.count else { return nil }
      let end = raw.count - needle.count
      var offset = 0
      while offset <= end, let found = memchr(base + offset, Int32(first.pointee), end - offset + 1) {
        offset = UnsafeRawPointer(base).distance(to: found)
        if memcmp(found, first, needle.count) == 0 { return Int64(offset) << 20 | Int64(needle.count) }
        offset += 1
      }
      return nil
    }
  }

  static func bytes(_ place: Int64, in raw: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    let offset = Int(place >> 20)
    let length = Int(place & (1 << 20 - 1))
    guard offset >= 0, length <= raw.count - offset else { return nil }
    return UnsafeBufferPointer(rebasing: raw[offset..<offset + length])
  }
}
