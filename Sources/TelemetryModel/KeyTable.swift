/// Finds what a key stands for by its hash: open addressing over a table much larger than its content, so that one probe is enough
/// for nearly every key.
struct KeyTable<Role: Sendable>: Sendable {
  private var slots: [(hash: UInt64, role: Role)?] = Array(repeating: nil, count: Self.size)
  private static var size: Int { 1024 }

  /// Later keys with the hash of an earlier one are not found; there are none.
  init(_ roles: [(key: String, role: Role)]) {
    for (key, role) in roles {
      let hash = Array(key.utf8).withUnsafeBufferPointer { KeyRole.hash($0) }
      var slot = Int(truncatingIfNeeded: hash) & (Self.size - 1)
      while slots[slot] != nil { slot = (slot + 1) & (Self.size - 1) }
      slots[slot] = (hash, role)
    }
  }

  @inline(__always)
  func find(_ hash: UInt64) -> Role? {
    var slot = Int(truncatingIfNeeded: hash) & (Self.size - 1)
    while let entry = slots[slot] {
      if entry.hash == hash { return entry.role }
      slot = (slot + 1) & (Self.size - 1)
    }
    return nil
  }
}
