import Foundation

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): the same numbers for the same seed, so
/// that a case that fails can be run again.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A new seed, or the one that `PERIPLUS_SEED` gives, to have a test's choices again.
  package static var anySeed: UInt64 {
    ProcessInfo.processInfo.environment["PERIPLUS_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...1_000_000)
  }
}
