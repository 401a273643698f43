import Foundation
import Testing

/// The scripts that judge a run of the tests, against logs of runs that never were.
@Suite("Scripts")
struct ScriptTests {
  @Test("a skip that is on the list is told with its reason, and is no failure")
  func listedSkip() throws {
    let name = "a disk that fills up is told of, loses no line whose write returned, and down ends everything on it"
    let judged = try skips(
      in: "➜ Test \"\(name)\" skipped: \"mount is not permitted\"\n✔ Test run with 1 test in 1 suite passed after 1 seconds.")
    #expect(judged.code == 0)
    #expect(judged.output == "skipped: \(name) (a container without the right to mount has no disk that can be filled)\n")
  }

  @Test(
    "any other skip is a failure that names the test",
    arguments: ["➜ Test \"kubectl gets pods\" skipped.", "➜ Suite KubectlTests skipped: \"x\""])
  func otherSkip(line: String) throws {
    let judged = try skips(in: "✔ Test a() passed after 1 seconds.\n\(line)\n")
    #expect(judged.code == 1)
    let told = line.dropFirst("➜ Test ".count).split(separator: " skipped")[0].trimmingPrefix(" ")
    #expect(judged.output.hasPrefix("skipped, and not on the list of scripts/skips: ") && judged.output.contains(told))
  }

  @Test("a run without skips is silent", arguments: ["", "✔ Test \"what was skipped is said\" passed after 1 seconds.\n"])
  func noSkip(log: String) throws {
    let judged = try skips(in: log)
    #expect(judged.code == 0 && judged.output.isEmpty)
  }

  /// Runs `scripts/skips` on a log.
  private func skips(in log: String) throws -> (code: Int32, output: String) {
    let file = FileManager.default.temporaryDirectory.appending(path: "skips-\(UUID().uuidString).log")
    try log.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [PackageManifest.root.appending(path: "scripts/skips").path, file.path]
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
