import CNcurses
import Glibc

/// Restores the terminal when the program crashes; the signal then takes its course.
///
/// The only file that uses these functions of the shim: their state exists once.
enum FatalSignals {
  static func install(device: TerminalDevice) {
    var saved = device.saved
    let reset = Array(TerminalSequence.reset.utf8)
    reset.withUnsafeBytes { bytes in
      periplus_fatal_install(device.output, &saved, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }

  /// Whether a crash restores the terminal; off while the terminal belongs to the shell.
  static func arm(_ armed: Bool) {
    periplus_fatal_arm(armed ? 1 : 0)
  }

  static func remove() {
    periplus_fatal_remove()
  }
}
