import CNcurses
import Glibc
import Screen

/// Writes a report and restores the terminal when the program crashes, and says so in one sentence; the signal then takes its course.
///
/// The only file that uses these functions of the shim: their state exists once.
enum FatalSignals {
  /// - Parameters:
  ///   - guardian: the guard's pipe, -1 for none.
  ///   - errors: what the program wrote to standard error, for the report; -1 for none.
  static func install(device: TerminalDevice, guardian: Int32, errors: Int32, report: String?) {
    var saved = device.saved
    let plain = "periplus: the console crashed and could not write a report.\n"
    let sentence = "periplus: the console crashed; the report is at \(Visible.text(report ?? "")).\n"
    // The language's own report asks the terminal for a key, which a person who lost a console does not expect; who names it gets it.
    let chains: Int32 = getenv("SWIFT_BACKTRACE") == nil ? 0 : 1
    periplus_fatal_install(
      device.output, guardian, errors, chains, &saved, TerminalSequence.reset, report ?? "", sentence, plain)
  }

  /// Whether a crash restores the terminal; off while the terminal belongs to the shell.
  static func arm(_ armed: Bool) {
    periplus_fatal_arm(armed ? 1 : 0)
  }

  static func remove() {
    periplus_fatal_remove()
  }
}
