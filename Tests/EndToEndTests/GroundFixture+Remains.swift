import Foundation
import Testing

/// What a ground that was stopped must not leave.
extension GroundFixture {
  /// The second byte of the addresses of pods and services; asked for while the ground runs.
  func network() throws -> Int {
    let text = try String(contentsOf: home.appending(path: "ground/network"), encoding: .utf8)
    return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(text)")
  }

  /// No process of the home, in whatever session; no listener in its network; no mount below it.
  func leavesNothing(of network: Int, _ what: String) async throws {
    try await eventually(within: 20, "no process is left after \(what): \(processes().prefix(5))") { processes().isEmpty }
    let left = Self.listeners(in: network)
    #expect(left.isEmpty, "after \(what) something listens: \(left)")
    let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
    #expect(!mounts.contains(home.path), "after \(what) something is mounted")
  }

  /// Listening sockets in 127.N.0.0/16, of anybody: `local_address` in state 0A of `/proc/net/tcp` (proc_net(5)), bytes of the address in the
  /// machine's order.
  static func listeners(in network: Int) -> [String] {
    let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 3, fields[3] == "0A", let address = UInt32(fields[1].prefix(8), radix: 16) else { return nil }
      let bytes = withUnsafeBytes(of: address) { Array($0) }
      return bytes[0] == 127 && bytes[1] == UInt8(truncatingIfNeeded: network) ? String(fields[1]) : nil
    }
  }

  /// Processes of the home by what their command lines hold.
  func pids(_ part: String) -> [Int32] { processes().filter { $0.command.contains(part) }.map(\.pid) }

  /// Starts a command and does not wait for it.
  func launch(_ arguments: String...) throws -> Running {
    let folder = FileManager.default.temporaryDirectory.appending(path: "periplus-launch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let output = folder.appending(path: "out")
    try Data().write(to: output)
    let (program, words) = Program.command(bin.appending(path: "periplus").path, arguments)
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pid = try Spawn.start(
      [program.path] + words, variables.map { "\($0.key)=\($0.value)" }, input: "/dev/null", output: output.path, errors: output.path)
    return Running(pid: pid, output: output)
  }

  struct Running {
    var pid: Int32
    var output: URL

    /// The exit code and all that it said; kills what runs longer than `limit` seconds.
    func end(within limit: Double) -> (status: Int32, said: String) {
      let status = Spawn.wait(pid, limit: limit)
      let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
      try? FileManager.default.removeItem(at: output.deletingLastPathComponent())
      return (status, said)
    }
  }
}
