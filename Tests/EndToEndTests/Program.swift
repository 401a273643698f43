import Foundation

/// The built programs, run as an ordinary user whoever runs the tests.
enum Program {
  /// The folder of the binaries that this test run was built with.
  static let binaries: URL = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/release").resolvingSymlinksInPath()
  }()

  static let share: URL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// As `nobody` when the tests run as root, so that nothing in the product comes to lean on root.
  static func command(_ executable: String, _ arguments: [String]) -> (URL, [String]) {
    guard geteuid() == 0 else { return (URL(filePath: executable), arguments) }
    return (
      URL(filePath: "/usr/bin/setpriv"),
      ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--", executable] + arguments
    )
  }

  static func find(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program to its end; kills it after `limit` seconds.
  static func run(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil, asOrdinaryUser: Bool = true,
    limit: Double = 120
  ) throws -> Outcome {
    let process = Process()
    (process.executableURL, process.arguments) = asOrdinaryUser ? command(executable, arguments) : (URL(filePath: executable), arguments)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let folder = FileManager.default.temporaryDirectory.appending(path: "periplus-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: a daemon that the program leaves behind may keep its standard error open.
    let out = folder.appending(path: "out")
    let err = folder.appending(path: "err")
    for file in [out, err] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    if let input {
      let file = folder.appending(path: "in")
      try Data(input.utf8).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    if ended.wait(timeout: .now() + limit) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
    }
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }
}
