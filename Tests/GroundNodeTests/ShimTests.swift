import Foundation
import GroundNode
import StateDirectory
import Testing
import TimeFormat

/// The keeper of containers as the real process it is.
@Suite(.enabled(if: Shim.path != nil, "periplus-shim is not built beside the tests"))
struct ShimTests {
  @Test func everyLineIsKeptExactly() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "i=0; while [ $i -lt 100000 ]; do echo line-$i; i=$((i+1)); done"])
    let exit = try await run.ended()
    #expect(exit.cause == .code(0))
    let lines = try run.lines()
    #expect(lines.count == 100_000)
    #expect(lines.enumerated().allSatisfy { $1 == "stdout F line-\($0)" })
  }

  @Test func bothStreamsAndTheExitCodeAreKept() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "echo out; echo err >&2; printf unended; exit 7"])
    let exit = try await run.ended()
    #expect(exit.cause == .code(7))
    #expect(exit.exitCode == 7)
    #expect(Set(try run.lines()) == ["stdout F out", "stderr F err", "stdout F unended"])
  }

  @Test func aSignalIsKept() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "kill -9 $$"])
    #expect(try await run.ended().exitCode == 137)
    // An exit that cannot be read is an end all the same: its pod would wait for it for ever.
    try Files.write("\u{0}", to: "\(run.run.folder)/exit")
    #expect(run.run.exit?.cause == .lost)
  }

  @Test func aLineOverTheLimitIsSplit() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "head -c 40000 /dev/zero | tr '\\0' x; echo; head -c 16384 /dev/zero | tr '\\0' y; echo"])
    _ = try await run.ended()
    let lines = try run.lines()
    #expect(lines.map { String($0.prefix(10)) } == ["stdout P x", "stdout P x", "stdout F x", "stdout F y"])
    #expect(lines.map { $0.utf8.count - 9 } == [16_384, 16_384, 7232, 16_384])
  }

  @Test func aLargeFileIsPutAwayAndNoLineIsLost() async throws {
    // Three times 15 MB, with a second between: the names of files that were put away have seconds.
    let run = try Shim.start([
      "/bin/sh", "-c", "for part in 1 2 3; do yes $part-$(head -c 90 /dev/zero | tr '\\0' x) | head -n 120000; sleep 1.1; done; echo end",
    ])
    _ = try await run.ended()
    let folder = URL(fileURLWithPath: run.log).deletingLastPathComponent()
    let name = URL(fileURLWithPath: run.log).lastPathComponent
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(name) }.sorted()
    #expect((4...5).contains(files.count))
    #expect(files.dropFirst().allSatisfy { $0.wholeMatch(of: /log\.[0-9]{8}-[0-9]{6}/) != nil }, "\(files)")
    var counts: [Substring: Int] = [:]
    for file in files.dropFirst() + files.prefix(1) {
      let text = String(decoding: try Data(contentsOf: folder.appending(path: file)), as: UTF8.self)
      // A little over the limit, by what one read brought.
      #expect(text.utf8.count < (11 << 20) * 2)
      for line in text.split(separator: "\n") { counts[line.split(separator: " ")[3].prefix(1), default: 0] += 1 }
    }
    #expect(counts == ["1": 120_000, "2": 120_000, "3": 120_000, "e": 1])
  }

  @Test func bytesThatAreNoTextAreKept() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "printf '\\377\\000\\033[2J\\001\\n'"])
    _ = try await run.ended()
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: run.log)))
    #expect(bytes.suffix(8) == [0xFF, 0x00, 0x1B, 0x5B, 0x32, 0x4A, 0x01, 0x0A])
  }

  @Test func grandchildrenEndWithTheContainer() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "sleep 600 & echo $!; setsid sleep 600 & echo $!; exit 0"])
    _ = try await run.ended()
    let pids = try run.lines().compactMap { Int32($0.split(separator: " ").last ?? "") }
    #expect(pids.count == 2)
    #expect(pids.allSatisfy { ProcessIdentity(pid: $0) == nil })
  }

  @Test func itOutlivesTheOneWhoStartedIt() async throws {
    // The starter is a shell that is killed with SIGKILL; its shim and container go on and tell their end.
    let run = try Shim.prepare(["/bin/sh", "-c", "echo before; read line < go; echo after; exit 5"])
    try run.makeFIFO("go")
    let shim = try #require(Shim.path)
    let starter = try DaemonSpawner.spawn("/bin/sh", ["-c", "'\(shim)' '\(run.run.folder)' & kill -9 $$"], log: "/dev/null")
    try await run.until { run.run.state != nil && (try? run.lines().count) == 1 }
    #expect(!starter.isAlive)
    starter.reap()
    try Data("x\n".utf8).write(to: URL(fileURLWithPath: "\(run.run.folder)/go"))
    #expect(try await run.ended().cause == .code(5))
    #expect(try run.lines() == ["stdout F before", "stdout F after"])
  }

  @Test func aProgramThatIsNotThereIsNamed() async throws {
    let run = try Shim.start(["/no/such/program"])
    #expect(try await run.ended().cause == .notStarted("cannot start /no/such/program: No such file or directory"))
  }

  @Test func aSecondShimClosesARunWhoseShimWasKilled() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "echo up; sleep 600"])
    try await run.until { (try? run.lines().count) == 1 }
    let container = try #require(run.run.state?.process)
    let first = try #require(run.run.shim)
    first.signal(9)
    try await run.until {
      first.reap()
      return !first.isAlive
    }
    _ = try run.run.startShim(try #require(Shim.path), log: "/dev/null")
    #expect(try await run.ended().cause == .lost)
    try await run.until { !container.isAlive }
  }

  /// What a container wrote while its keeper did not read is in its pipes, and stays there when the keeper is killed.
  @Test func whatWasWrittenBeforeTheShimWasKilledIsKept() async throws {
    let run = try Shim.prepare([
      "/bin/sh", "-c",
      "read line < go; i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo out $i; echo err $i >&2; done; echo x > written; sleep 600",
    ])
    try run.makeFIFO("go")
    let first = try run.run.startShim(try #require(Shim.path), log: "/dev/null")
    try await run.until { run.run.state != nil }
    first.signal(SIGSTOP)
    try Data("x\n".utf8).write(to: URL(fileURLWithPath: "\(run.run.folder)/go"))
    try await run.until { Files.exists("\(run.run.folder)/written") }
    first.signal(SIGKILL)
    try await run.until {
      first.reap()
      return !first.isAlive
    }
    // As if it had been killed in the middle of a line.
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: run.log))
    try log.seekToEnd()
    try log.write(contentsOf: Data("2017-12-10T11:10:38.192000001Z stdout F half".utf8))
    try log.close()
    _ = try run.run.startShim(try #require(Shim.path), log: "/dev/null")
    #expect(try await run.ended().cause == .lost)
    let lines = try run.lines()
    #expect(lines == ["stdout F half"] + (1...500).map { "stdout F out \($0)" } + (1...500).map { "stderr F err \($0)" })
  }

  /// Who made a session of its own is nobody's child once the first shim is gone.
  @Test func aSecondShimEndsGrandchildrenInSessionsOfTheirOwn() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "setsid sh -c 'sleep 600 & echo $!; wait' & setsid sleep 600 & echo $!; sleep 600"])
    try await run.until { (try? run.lines().count) == 2 }
    let pids = try run.lines().compactMap { Int32($0.split(separator: " ").last ?? "") }
    #expect(pids.allSatisfy { ProcessIdentity(pid: $0) != nil })
    let first = try #require(run.run.shim)
    first.signal(9)
    try await run.until {
      first.reap()
      return !first.isAlive
    }
    _ = try run.run.startShim(try #require(Shim.path), log: "/dev/null")
    #expect(try await run.ended().cause == .lost)
    #expect(pids.allSatisfy { ProcessIdentity(pid: $0) == nil }, "\(pids)")
  }

  @Test func anEndWithTheNodeIsMarked() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done"])
    try await run.until { (try? run.lines().count) == 1 }
    run.run.shutDown()
    let exit = try await run.ended()
    #expect(exit.cause == .code(7))
    #expect(exit.reason == "NodeShutdown")
    // What had ended before is not marked.
    let other = try Shim.start(["/bin/sh", "-c", "exit 3"])
    _ = try await other.ended()
    other.run.shutDown()
    #expect(other.run.exit?.reason == "Error")
  }

  @Test func sigtermToTheShimDoesNotReachTheContainer() async throws {
    let run = try Shim.start(["/bin/sh", "-c", "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.05; done"])
    try await run.until { (try? run.lines().count) == 1 }
    run.run.shim?.signal(15)
    run.run.shim?.signal(1)
    #expect(run.run.shim?.isAlive == true)
    run.run.signal(15)
    #expect(try await run.ended().cause == .code(0))
    #expect(try run.lines() == ["stdout F up", "stdout F asked"])
  }
}

/// A run in a folder of its own, removed with it.
final class Shim: Sendable {
  static let path: String? = {
    // Beside the test bundle, where the build puts programs.
    var folder = Files.parent(of: CommandLine.arguments.first ?? "")
    for argument in CommandLine.arguments where argument.hasSuffix(".xctest") { folder = Files.parent(of: argument) }
    let candidates = [
      folder, Environment.executable.flatMap { Files.parent(of: $0) }, "\(FileManager.default.currentDirectoryPath)/.build/release",
    ]
    return candidates.compactMap { $0.map { "\($0)/periplus-shim" } }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  let run: ContainerRun
  let log: String
  private let launch: ContainerRun.Launch

  private init(_ arguments: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/periplus-shim-\(UUID().uuidString)"
    try Files.makeFolder(folder)
    run = ContainerRun(folder: folder)
    log = "\(folder)/log"
    launch = .init(
      executable: arguments[0], arguments: arguments, environment: ["PATH=/usr/bin:/bin", "POD_ROOT=\(folder)"], workingFolder: folder,
      log: log)
  }

  deinit { try? Files.remove(run.folder) }

  static func start(_ arguments: [String]) throws -> Shim {
    let shim = try Shim(arguments)
    _ = try shim.run.launch(shim.launch, shim: path ?? "", shimLog: "/dev/null")
    return shim
  }

  /// All but the start.
  static func prepare(_ arguments: [String]) throws -> Shim {
    let shim = try Shim(arguments)
    _ = try shim.run.launch(shim.launch, shim: "/bin/true", shimLog: "/dev/null")
    return shim
  }

  func makeFIFO(_ name: String) throws {
    guard mkfifo("\(run.folder)/\(name)", 0o600) == 0 else { throw SystemError("make", name) }
  }

  func ended() async throws -> ContainerExit {
    try await until { self.run.exit != nil }
    try await until {
      self.run.shim?.reap()
      return !(self.run.shim?.isAlive ?? false)
    }
    return try #require(run.exit)
  }

  /// Looks until a process outside has done something; gives up after 30 s of looking. How long other tests hold the thread in between does
  /// not count.
  func until(_ condition: () -> Bool) async throws {
    for look in 0..<15_000 {
      if condition() { return }
      usleep(2000)
      if look % 50 == 49 { await Task.yield() }
    }
    Issue.record("the process did not come that far in 30 s")
    throw CancellationError()
  }

  /// The lines of the log without their times, which must be in order.
  func lines() throws -> [String] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
    var last = ""
    return try text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      let stamp = String(parts[0])
      try #require(stamp.utf8.count == 30 && Timestamp(rfc3339: stamp) != nil && stamp >= last)
      last = stamp
      return String(parts[1])
    }
  }
}
