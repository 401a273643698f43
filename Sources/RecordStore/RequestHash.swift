/// The hash under which records are found by request id: FNV-1a with a finishing mix, so that ids that differ in one digit spread.
enum RequestHash {
  static func of(_ id: String) -> UInt32 {
    var copy = id
    return copy.withUTF8 { of($0) }
  }

  static func of(_ id: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in id { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return short(of: hash)
  }

  /// From the hash of 64 bits that stores of format 1 kept in each row.
  static func short(ofFormat1 hash: Int64) -> UInt32 { UInt32(truncatingIfNeeded: UInt64(bitPattern: hash) >> 32) }

  private static func short(of fnv: UInt64) -> UInt32 {
    var hash = fnv
    hash ^= hash >> 32
    hash = hash &* 0xd6e8_feb8_6659_fd93
    hash ^= hash >> 32
    return UInt32(truncatingIfNeeded: hash >> 32)
  }
}
