import Glibc

/// A /16 of 127.0.0.0/8 that belongs to one home, so that the pods of two homes never meet.
///
/// The lease is a locked file in the temporary folder that names the home. The lock goes with the process, but the home's pods may
/// outlive it: so a
/// home that still names the network in its own folder keeps it, and finds it again.
package final class AddressLease: Sendable {
  /// 127.64 to 127.250: above the addresses that systems use (127.0.0.1, 127.0.1.1, 127.0.0.53), below 127.255.
  package static let range = 64...250

  /// The second byte of the network's addresses.
  package let second: Int
  private let lock: FileLock

  /// - Parameter folder: the folder of lock files. Not TMPDIR, which differs between the users and shells of one machine.
  package static func acquire(_ home: Home, folder: String = "/tmp") throws -> AddressLease {
    let known = Files.text(home.network).flatMap { Int($0.prefix { $0.isNumber }) }.flatMap { range.contains($0) ? $0 : nil }
    if let known, let lease = try claim(known, home, folder, force: false) { return lease }
    for force in [false, true] {
      for second in range {
        if let lease = try claim(second, home, folder, force: force) { return lease }
      }
    }
    throw EnvironmentError(
      "expected a free network among 127.\(range.lowerBound).0.0/16 to 127.\(range.upperBound).0.0/16, but all are leased by other homes, "
        + "or their files \(folder)/periplus-127.*.lock cannot be opened; stop one with \"periplus down\", or remove the files of no running ground"
    )
  }

  /// `127.x.third.fourth`.
  package func address(_ third: Int, _ fourth: Int) -> String { "127.\(second).\(third).\(fourth)" }
  package var cidr: String { "127.\(second).0.0/16" }

  /// Gives the network back. Only when no pod lives any more. The home still prefers it next time.
  package func release() { lock.remove() }

  private init(second: Int, lock: FileLock) {
    self.second = second
    self.lock = lock
  }

  /// - Parameter force: takes a network whose home is not running, though it has not given it back.
  private static func claim(_ second: Int, _ home: Home, _ folder: String, force: Bool) throws -> AddressLease? {
    let path = "\(folder)/periplus-127.\(second).lock"
    // A file that this user may not read, or that is no file: the network is somebody else's. There are others.
    guard let lock = try? FileLock.tryLock(path) else { return nil }
    let owner = Files.text(path)?.split(separator: "\n").first.map { Home(path: String($0)) }
    if !force, let owner, owner != home, Files.text(owner.network).flatMap({ Int($0.prefix { $0.isNumber }) }) == second { return nil }
    lock.write(home.path + "\n")
    try Files.makeFolder(home.ground)
    try Files.write("\(second)\n", to: home.network)
    return AddressLease(second: second, lock: lock)
  }
}
