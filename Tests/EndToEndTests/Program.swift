import Foundation
import Glibc

/// The built programs, run as an ordinary user whoever runs the tests.
enum Program {
  /// The folder of the programs that this test run was built with, where the ordinary user can read them, whoever the clone belongs to.
  static var binaries: URL { installed.appending(path: "bin") }

  /// A text that the ordinary user can read.
  static var readable: URL { installed.appending(path: "share/periplus/app.yaml") }

  /// The clone.
  static let share: URL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Made by the first test that asks, and removed when the tests end.
  private static let installed: URL = {
    let folder = URL(filePath: "/tmp/pe-programs-\(getpid())")
    do { try install(into: folder) } catch { fatalError("the programs cannot be copied to \(folder.path): \(error)") }
    atexit { try? FileManager.default.removeItem(atPath: "/tmp/pe-programs-\(getpid())") }
    return folder
  }()

  /// The programs, lessons, demos, the app profile and its manifests, as an installed Periplus has them.
  static func install(into folder: URL) throws {
    let files = FileManager.default
    let built = share.appending(path: ".build/release").resolvingSymlinksInPath()
    let kept = folder.appending(path: "share/periplus")
    for place in [folder.appending(path: "bin"), kept.appending(path: "deploy")] {
      try files.createDirectory(at: place, withIntermediateDirectories: true)
    }
    for program in ["periplus", "periplus-shim", "reference-app"] {
      try files.copyItem(at: built.appending(path: program), to: folder.appending(path: "bin/\(program)"))
    }
    for (from, to) in [
      ("lessons", "lessons"), ("demos", "demos"), ("ReferenceApp/deploy/rendered", "deploy/rendered"),
      ("ReferenceApp/app.yaml", "app.yaml"),
    ] {
      try files.copyItem(at: share.appending(path: from), to: kept.appending(path: to))
    }
  }

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
    let folder = FileManager.default.temporaryDirectory.appending(path: "periplus-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: a daemon that the program leaves behind may keep its standard error open.
    let out = folder.appending(path: "out")
    let err = folder.appending(path: "err")
    for file in [out, err] { try Data().write(to: file) }
    let standardInput = folder.appending(path: "in")
    try Data((input ?? "").utf8).write(to: standardInput)
    let (program, words) = asOrdinaryUser ? command(executable, arguments) : (URL(filePath: executable), arguments)
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pid = try Spawn.start(
      [program.path] + words, variables.map { "\($0.key)=\($0.value)" }, input: standardInput.path, output: out.path, errors: err.path)
    let status = Spawn.wait(pid, limit: limit)
    return Outcome(
      status: status,
      output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
  }
}
