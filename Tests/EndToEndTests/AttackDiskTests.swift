import Foundation
import Glibc
import JSONBytes
import Testing

/// Homes on disks that are full, cannot be written, or have long names.
@Suite("Attack on the disk", .serialized)
struct AttackDiskTests {
  /// A small file system at a folder, for root alone to make.
  private struct SmallDisk {
    let folder: URL
    private var filling: URL { folder.appending(path: "filling") }

    static let canBeMade: Bool = {
      guard geteuid() == 0, let folder = try? ScratchFolder("mount") else { return false }
      guard let disk = try? SmallDisk(at: folder.url, mebibytes: 1) else { return false }
      disk.remove()
      return true
    }()

    init(at folder: URL, mebibytes: Int) throws {
      self.folder = folder
      let options = "size=\(mebibytes)m,mode=0755,uid=65534,gid=65534"
      guard try Program.runAsIs("/bin/mount", ["-t", "tmpfs", "-o", options, "periplus-test", folder.path]) == 0 else {
        throw Spawn.Failure(sentence: "no file system can be mounted at \(folder.path)")
      }
    }

    /// Leaves not one byte.
    func fill() {
      let file = open(filling.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      defer { close(file) }
      for size in [65_536, 4096, 1] {
        let bytes = [UInt8](repeating: 0, count: size)
        while write(file, bytes, size) == size {}
      }
    }

    func free() { unlink(filling.path) }

    func remove() { _ = try? Program.runAsIs("/bin/umount", ["-l", folder.path]) }
  }

  /// A pod that writes numbered lines, and notes outside of the disk how far it came, until the file STOP is there.
  private static let counter = """
    {"kind":"Pod","apiVersion":"v1","metadata":{"name":"counter","namespace":"default"},"spec":{"restartPolicy":"Never","containers":[
    {"name":"counter","image":"test.local/sh:1","args":["-c",
    "n=0; while [ ! -e NOTES/stop ]; do n=$((n+1)); echo \\"counted $n\\"; echo $n > NOTES/reached; sleep 0.02; done"]}]}}
    """

  @Test(
    "a disk that fills up is told of, loses no line whose write returned, and down ends everything on it",
    .enabled(if: SmallDisk.canBeMade, "needs root to mount a small file system"))
  func full() async throws {
    let ground = try GroundFixture()
    let disk = try SmallDisk(at: ground.home, mebibytes: 48)
    defer {
      ground.remove()
      disk.remove()
      try? FileManager.default.removeItem(at: ground.home.deletingLastPathComponent())
    }
    let notes = ground.home.deletingLastPathComponent().appending(path: "notes")
    try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["65534:65534", notes.path]) }
    func reached() -> Int {
      let text = (try? String(contentsOf: notes.appending(path: "reached"), encoding: .utf8)) ?? ""
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
    #expect(try ground.periplus("up", "--detach", limit: 120).status == 0)
    try ground.addImage("test.local/sh:1", "/bin/sh")
    let pod = Self.counter.replacingOccurrences(of: "NOTES", with: notes.path).replacingOccurrences(of: "\n", with: "")
    #expect(try RawAPI(ground).send("POST", "/api/v1/namespaces/default/pods", Array(pod.utf8))?.status == 201)
    try await ground.eventually(within: 60, "the pod counts") { reached() > 50 }

    disk.fill()
    let input = ground.home.deletingLastPathComponent().appending(path: "lines.jsonl")
    try String(repeating: #"{"level":"INFO","message":"a line"}"# + "\n", count: 200_000).write(
      to: input, atomically: true, encoding: .utf8)
    let refused = try ground.periplus("ingest", input.path)
    #expect(refused.status == 3 && refused.errors.contains("the disk is full"), "\(refused.status) \(refused.output)\(refused.errors)")
    let status = try ground.periplus("status")
    #expect(status.output.contains("disk: The disk of \(ground.home.path)/store is full"), "\(status.output)")
    let page = try ground.periplus("console", "--once", "--page", "logs", "--size", "120x40")
    #expect(page.output.contains("disk ✖ full"), "\(page.output)")
    let doctor = try ground.periplus("doctor")
    #expect(doctor.status == 3 && doctor.output.contains("0 MiB free"), "\(doctor.output)")
    // Back-pressure: the pod stands when its pipe is full, or goes on as long as there is room in it.
    try await ContinuousClock().sleep(for: .seconds(3))

    disk.free()
    let then = reached()
    try await ground.eventually(within: 60, "the pod counts on after \(then)") { reached() > then + 50 }
    try Data().write(to: notes.appending(path: "stop"))
    try await ground.eventually(within: 60, "the disk is no longer told of") { try !ground.periplus("status").output.contains("is full") }
    var numbers: [Int] = []
    try await ground.eventually(within: 60, "line \(reached()) is in the store") {
      numbers = try ground.periplus("logs", "--grep", "^counted ", "--limit", "1000000", "--json").json().compactMap {
        $0["raw"]?.stringValue?.split(separator: " ").last.flatMap { Int($0) }
      }
      return numbers.last == reached() && reached() > 0
    }
    #expect(numbers == Array(1...max(1, reached())), "\(numbers.count) lines of \(reached())")

    // Full again, with containers that write: all of it ends all the same, and it is said what may be missing.
    disk.fill()
    _ = try ground.periplus("traffic", "--rate", "50", "--for", "2s", limit: 60)
    let down = try ground.periplus("down", limit: 60)
    #expect(
      down.status == 0 && down.errors.contains("the disk of \(ground.home.path) is full"), "\(down.status) \(down.output)\(down.errors)")
    try await ground.eventually(within: 10, "nothing is left: \(ground.processes())") { ground.processes().isEmpty }
    disk.free()
    #expect(try ground.periplus("up", "--detach", limit: 120).status == 0)
    #expect(try ground.periplus("down", limit: 60).status == 0)
  }

  @Test("in a home that cannot be written each command says so in a sentence, and what only reads works")
  func readOnly() throws {
    let folder = try ScratchFolder("ro")
    let home = "\(folder.path)/home"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    try folder.handOver()
    chmod(home, 0o500)
    let environment = ["PERIPLUS_HOME": home, "KUBECONFIG": "\(home)/none"]
    for (command, isRefused) in [
      (["up", "--detach"], true), (["ingest", Program.readable.path], true), (["plan", "init"], true),
      (["record"], true), (["status"], false), (["logs"], false), (["down"], false), (["store"], false),
    ] {
      let run = try Program.measured(command, environment)
      #expect(!run.hasCrashed && (run.outcome.status == 3) == isRefused, "\(command): \(run.outcome.status) \(run.text)")
      if isRefused {
        let isOneSentence = run.outcome.errors.split(separator: "\n").count == 1 && run.outcome.errors.contains("Permission denied")
        #expect(isOneSentence, "\(command): \(run.outcome.errors)")
      }
    }
  }

  @Test("a home with blanks and umlauts, longer than a Unix socket's path may be, works like any other")
  func longPath() async throws {
    let folder = try ScratchFolder("long")
    let home = "\(folder.path)/\(String(repeating: "ein sehr länger Weg ", count: 6))/Heim"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    try "a line\n".write(toFile: "\(folder.path)/lines.log", atomically: true, encoding: .utf8)
    try folder.handOver()
    let environment = ["PERIPLUS_HOME": home, "KUBECONFIG": "\(home)/kubeconfig", "PERIPLUS_APP": ""]
    #expect(home.utf8.count > 108)
    let (program, words) = Program.command(Program.binaries.appending(path: "periplus").path, ["record"])
    let log = "\(folder.path)/log"
    try Data().write(to: URL(filePath: log))
    let pid = try Spawn.start(
      [program.path] + words, ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" },
      input: "/dev/null", output: log, errors: log)
    defer {
      kill(pid, SIGTERM)
      _ = Spawn.wait(pid, limit: 20)
    }
    var isListening = false
    for _ in 0..<50 where !isListening {
      isListening = try Program.measured(["status"], environment).text.contains("control")
      if !isListening { try await ContinuousClock().sleep(for: .milliseconds(200)) }
    }
    let taken = try Program.measured(["ingest", "\(folder.path)/lines.log"], environment)
    // Through the recorder that runs: only it can write the store.
    #expect(
      taken.outcome.status == 0 && taken.text.contains("1 record"),
      "\(taken.text)\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    let logs = try Program.measured(["logs"], environment)
    #expect(logs.outcome.status == 0 && logs.text.contains("a line"), "\(logs.text)")
  }
}

extension GroundFixture {
  /// Another image for the pods of a test: a program of this machine.
  func addImage(_ image: String, _ executable: String) throws {
    let file = home.appending(path: "ground/images.json")
    var table = try JSONValue(parsing: try Data(contentsOf: file))
    table[image] = ["executable": .string(executable), "digest": "sha256:0"]
    try Data(table.jsonBytes).write(to: file)
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["65534:65534", file.path]) }
  }
}
