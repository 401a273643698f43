import Foundation

extension Program {
  struct Measured {
    var outcome: Outcome
    /// The most memory that it held at once, in MiB, as far as a look every other millisecond shows it.
    var peak: Int
    var seconds: Double

    /// A signal ended it, a trap, or this test because it went on for too long.
    var hasCrashed: Bool { outcome.status >= 128 }
    var text: String { outcome.output + outcome.errors }
  }

  /// Runs periplus to its end in a home, as an ordinary user, and looks at its memory meanwhile.
  static func measured(_ arguments: [String], _ environment: [String: String], limit: Double = 30) throws -> Measured {
    let folder = FileManager.default.temporaryDirectory.appending(path: "periplus-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (out, err) = (folder.appending(path: "out"), folder.appending(path: "err"))
    for file in [out, err] { try Data().write(to: file) }
    let (program, words) = command(binaries.appending(path: "periplus").path, arguments)
    let variables = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no", "TERM": "xterm-256color"]) { $1 }
      .merging(environment) { $1 }
    let began = ContinuousClock.now
    let pid = try Spawn.start(
      [program.path] + words, variables.map { "\($0.key)=\($0.value)" }, input: "/dev/null", output: out.path, errors: err.path)
    var peak = 0
    let status = Spawn.wait(pid, limit: limit) { peak = max(peak, mostResident(pid)) }
    return Measured(
      outcome: Outcome(
        status: status, output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: err), as: UTF8.self)),
      peak: peak, seconds: (ContinuousClock.now - began) / .seconds(1))
  }

  /// `VmHWM` of proc(5), in MiB; 0 where there is no such process.
  static func mostResident(_ pid: pid_t) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
  }
}

/// A folder of a test's own that the ordinary user may write, and what is in it goes with it.
struct ScratchFolder: ~Copyable {
  let url: URL
  var path: String { url.path }

  init(_ name: String) throws {
    url = URL(filePath: "/tmp/pe-\(name)-\(UUID().uuidString.prefix(8).lowercased())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: url.path)
  }

  deinit {
    _ = try? Program.runAsIs("/bin/chmod", ["-R", "u+rwX", url.path])
    try? FileManager.default.removeItem(at: url)
  }

  /// Gives all of it to the user that the programs run as.
  func handOver() throws {
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["-hR", "65534:65534", path]) }
  }
}
