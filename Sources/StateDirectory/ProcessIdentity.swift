import Glibc

/// A process by its id *and* the moment it started: process ids are used again, and a signal to a stranger is the worst of bugs.
package struct ProcessIdentity: Sendable, Hashable {
  package let pid: Int32
  /// Clock ticks from boot to the start (field 22 of `/proc/<pid>/stat`, proc(5)).
  package let startTicks: UInt64
  /// The boot's id, because ticks begin again with each boot.
  package let boot: String

  package init(pid: Int32, startTicks: UInt64, boot: String) {
    self.pid = pid
    self.startTicks = startTicks
    self.boot = boot
  }

  /// The process that has this id now; `nil` when there is none or it has already ended.
  package init?(pid: Int32) {
    guard let status = Self.status(of: pid), !status.isDead, let boot = Self.currentBoot else { return nil }
    self.init(pid: pid, startTicks: status.startTicks, boot: boot)
  }

  package static var current: ProcessIdentity? { ProcessIdentity(pid: getpid()) }

  /// Reads `<pid> <ticks> <boot>`.
  package init?(text: String) {
    let parts = text.split { $0 == " " || $0 == "\n" }
    guard parts.count >= 3, let pid = Int32(parts[0]), pid > 0, let ticks = UInt64(parts[1]) else { return nil }
    self.init(pid: pid, startTicks: ticks, boot: String(parts[2]))
  }

  package var text: String { "\(pid) \(startTicks) \(boot)" }

  /// Whether this very process still runs. A zombie does not.
  package var isAlive: Bool {
    guard let status = Self.status(of: pid), !status.isDead else { return false }
    return status.startTicks == startTicks && Self.currentBoot == boot
  }

  /// Signals the process, if it is still the same one.
  @discardableResult
  package func signal(_ number: Int32) -> Bool { isAlive && kill(pid, number) == 0 }

  /// Signals the process group that it leads, if it is still the same one.
  @discardableResult
  package func signalGroup(_ number: Int32) -> Bool { isAlive && kill(-pid, number) == 0 }

  /// Waits for it as its parent, without blocking, so that it does not stay a zombie. No effect when it is not a child.
  package func reap() {
    var status: CInt = 0
    _ = waitpid(pid, &status, WNOHANG)
  }

  package static func read(from path: String) -> ProcessIdentity? { Files.text(path).flatMap { ProcessIdentity(text: $0) } }

  package func write(to path: String) throws { try Files.write(text + "\n", to: path) }

  private static func status(of pid: Int32) -> (isDead: Bool, startTicks: UInt64)? {
    guard pid > 0, let stat = Files.text("/proc/\(pid)/stat") else { return nil }
    // The name in parentheses may itself hold spaces and parentheses: count from the last one.
    guard let name = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: name)...].split(separator: " ")
    guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
    return (fields[0] == "Z" || fields[0] == "X", ticks)
  }

  private static let currentBoot: String? = Files.text("/proc/sys/kernel/random/boot_id").map { String($0.prefix(8)) }
}
