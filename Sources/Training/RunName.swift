package import StrictYAML

extension Variables {
  /// A short name for one run, from its seed and start: the same start gives the same ground (FNV-1a).
  package static func run(seed: Int, startedAtNanoseconds: Int64) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for value in [UInt64(bitPattern: Int64(seed)), UInt64(bitPattern: startedAtNanoseconds)] {
      for shift in stride(from: 0, to: 64, by: 8) { hash = (hash ^ (value >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3 }
    }
    let text = String(hash, radix: 36)
    return String(text.suffix(8))
  }
}
