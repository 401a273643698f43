import CLinux

/// Memory that was freed, and that the allocator keeps for later.
package enum FreedMemory {
  /// Gives it back to the system (malloc_trim(3)), after work that will not come again, such as the first list of a large cluster.
  package static func giveBack() { _ = malloc_trim(0) }
}
