import Foundation
import Glibc
import StateDirectory
import Testing

struct StateDirectoryTests {
  private static func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/periplus-state-\(UUID().uuidString)"
    try Files.makeFolder(folder)
    return folder
  }

  @Test func whatIsNoFileIsReadToAnEndAllTheSame() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    let pipe = "\(folder)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(try Files.read(pipe) == [])
    #expect(throws: SystemError("read", "/dev/zero", code: EFBIG)) { try Files.read("/dev/zero", atMost: 1 << 20) }
    #expect(throws: SystemError("read", folder, code: EISDIR)) { try Files.read(folder) }
    try Files.write("twelve bytes", to: "\(folder)/file")
    #expect(try Files.read("\(folder)/file", atMost: 12)?.count == 12)
    #expect(throws: SystemError.self) { try Files.read("\(folder)/file", atMost: 11) }
  }

  @Test func aSocketsPathIsShortHoweverLongItsFolderIs() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    let deep = folder + "/" + String(repeating: "ein langer Weg ", count: 12)
    try Files.makeFolder(deep)
    try Files.write("found", to: "\(deep)/s.sock")
    let long = try SocketPath("\(deep)/s.sock")
    #expect(long.path.utf8.count <= SocketPath.limit && Files.text(long.path) == "found", "\(long.path)")
    #expect(try SocketPath("/run/s.sock").path == "/run/s.sock")
    #expect(throws: SystemError.self) { try SocketPath("\(deep)/none/s.sock") }
  }

  @Test func homeComesFromTheEnvironment() throws {
    #expect(try Home.resolve(environment: ["PERIPLUS_HOME": "/a/./b/../c", "HOME": "/h"]).path == "/a/c")
    #expect(try Home.resolve(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"]).path == "/s/periplus")
    #expect(try Home.resolve(environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"]).path == "/h/.local/state/periplus")
    #expect(throws: EnvironmentError.self) { try Home.resolve(environment: [:]) }
  }

  @Test func twoHomesNeverMeetAndEachFindsItsNetworkAgain() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    let one = Home(path: "\(folder)/one")
    let other = Home(path: "\(folder)/other")
    var first: AddressLease? = try AddressLease.acquire(one, folder: folder)
    let second = try AddressLease.acquire(other, folder: folder)
    #expect(first?.second == 64)
    #expect(second.second == 65)
    // A daemon that was killed: its lock is free, its pods live on. Nobody else gets their network.
    first = nil
    let third = try AddressLease.acquire(Home(path: "\(folder)/third"), folder: folder)
    #expect(third.second == 66)
    first = try AddressLease.acquire(one, folder: folder)
    #expect(first?.second == 64)
    // Given back: free for others, but still preferred.
    first?.release()
    first = nil
    let fourth = try AddressLease.acquire(Home(path: "\(folder)/fourth"), folder: folder)
    #expect(fourth.second == 64)
    first = try AddressLease.acquire(one, folder: folder)
    #expect(first?.second == 67)
    withExtendedLifetime((second, third, fourth)) {}
  }

  @Test func aLockIsHeldOnceAndNotByChildren() async throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    var lock = try FileLock.tryLock("\(folder)/lock")
    #expect(lock != nil)
    #expect(try FileLock.tryLock("\(folder)/lock") == nil)
    let child = try DaemonSpawner.spawn("/bin/sleep", ["600"], log: "/dev/null")
    defer {
      child.signal(9)
      child.reap()
    }
    lock = nil
    lock = try FileLock.tryLock("\(folder)/lock")
    #expect(lock != nil)
  }

  @Test func aLockFollowsNoLinkAndHarmsNoFile() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    try Files.write("precious", to: "\(folder)/precious")
    #expect(symlink("\(folder)/precious", "\(folder)/link") == 0)
    #expect(link("\(folder)/precious", "\(folder)/second-name") == 0)
    #expect(mkfifo("\(folder)/fifo", 0o600) == 0)
    for name in ["link", "second-name", "fifo"] {
      #expect(throws: SystemError.self, "\(name)") { try FileLock.tryLock("\(folder)/\(name)") }
    }
    #expect(Files.text("\(folder)/precious") == "precious")
  }

  /// In the temporary folder anybody may put anything under the names of the leases.
  @Test func leasesThatCannotBeOpenedAreSomebodyElses() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    #expect(symlink("/nonexistent/file", "\(folder)/periplus-127.64.lock") == 0)
    try Files.makeFolder("\(folder)/periplus-127.65.lock")
    try Files.write("x", to: "\(folder)/periplus-127.66.lock", mode: 0)
    let lease = try AddressLease.acquire(Home(path: "\(folder)/home"), folder: folder)
    // Root may read what nobody may.
    #expect(lease.second == (geteuid() == 0 ? 66 : 67))
  }

  @Test func aProcessIsKnownByItsStart() throws {
    let child = try DaemonSpawner.spawn("/bin/sleep", ["600"], log: "/dev/null")
    #expect(child.isAlive)
    #expect(ProcessIdentity(text: child.text) == child)
    let stranger = ProcessIdentity(pid: child.pid, startTicks: child.startTicks + 1, boot: child.boot)
    #expect(!stranger.isAlive)
    #expect(!stranger.signal(9))
    #expect(child.signal(9))
    while child.isAlive {}
    // A zombie is not alive.
    #expect(!child.isAlive)
    child.reap()
  }

  // Without a limit: only what is told ends the wait.
  @Test(.timeLimit(.minutes(2))) func theEndOfAProcessIsToldByTheKernel() async throws {
    let child = try DaemonSpawner.spawn("/bin/sleep", ["600"], log: "/dev/null")
    #expect(await !child.end(within: .milliseconds(50)))
    async let ended = child.end()
    child.signal(9)
    #expect(await ended)
    #expect(await child.end())
    child.reap()
    #expect(await ProcessIdentity(pid: child.pid, startTicks: child.startTicks + 1, boot: child.boot).end())
  }

  @Test(.timeLimit(.minutes(2))) func aChangeInAFolderWakes() async throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    let changes = FolderWatch(folder)
    try Files.write("new", to: "\(folder)/file")
    // Told before anybody waits, and kept for the one who does.
    await changes.wake.wait()
    let found = await FolderWatch.wait(in: folder, within: .seconds(60)) { Files.exists("\(folder)/file") }
    #expect(found)
    let missed = await FolderWatch.wait(in: folder, within: .milliseconds(20)) { Files.exists("\(folder)/none") }
    #expect(!missed)
  }

  @Test func aReplacedProgramIsFoundAtItsPath() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    #expect(Environment.successor(of: "\(folder)/periplus (deleted)") == nil)
    try Files.write("", to: "\(folder)/periplus", mode: 0o700)
    #expect(Environment.successor(of: "\(folder)/periplus (deleted)") == "\(folder)/periplus")
    #expect(Environment.successor(of: "\(folder)/periplus") == nil)
    #expect(Environment.executable?.hasPrefix("/") == true)
  }

  @Test func aWaitEndsWhenItsTaskIsCancelled() async {
    let wake = WakeUp()
    let task = Task { await wake.wait() }
    task.cancel()
    await task.value
    wake.raise()
    await wake.wait()
  }

  @Test func filesAreReplacedWhole() throws {
    let folder = try Self.folder()
    defer { try? Files.remove(folder) }
    #expect(try Files.read("\(folder)/none") == nil)
    try Files.write("one", to: "\(folder)/file")
    try Files.write("two", to: "\(folder)/file")
    #expect(Files.text("\(folder)/file") == "two")
    #expect(Files.names(in: folder) == ["file"])
    #expect(throws: SystemError.self) { try Files.write("x", to: "\(folder)/no/file") }
  }
}
