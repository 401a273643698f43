import Foundation
import GroundAPI
import GroundNode
import StateDirectory
import Testing
import TimeFormat

struct OrphanReaperTests {
  /// The log of a pod on the disk of a node.
  private struct PodLog {
    var pod: String
    /// How long ago the pod ended; `nil` while it runs.
    var ended: TimeInterval?
    var isCollected = false

    func write(to home: Home) throws {
      let folder = home.podLog(namespace: "n", pod: pod, uid: "u")
      try Files.makeFolder("\(folder)/c")
      try Files.write("2026-01-01T00:00:01.000000000Z stdout F a line\n", to: "\(folder)/c/0.log")
      if isCollected { try Files.write("", to: "\(folder)/.collected") }
      guard let ended else { return }
      try Files.write("", to: "\(folder)/.ended")
      try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -ended)], ofItemAtPath: "\(folder)/.ended")
    }
  }

  private static let logs = [
    PodLog(pod: "running", ended: nil),
    PodLog(pod: "ended-now", ended: 60), PodLog(pod: "ended-long-ago", ended: 3 * 86_400),
    PodLog(pod: "taken-now", ended: 60, isCollected: true), PodLog(pod: "taken-long-ago", ended: 3 * 86_400, isCollected: true),
  ]

  @Test(
    "logs go when the recorder has taken them, however late that is; after a day only where nobody takes any",
    arguments: [(true, ["ended-long-ago", "ended-now", "running"]), (false, ["ended-now", "running"])])
  func logsThatStay(logsAreCollected: Bool, expected: [String]) throws {
    let home = Home(path: FileManager.default.temporaryDirectory.path + "/periplus-reaper-\(UUID().uuidString)")
    try home.create()
    defer { try? Files.remove(home.path) }
    for log in Self.logs { try log.write(to: home) }
    let store = try ObjectStore(path: nil, now: { Timestamp(seconds: 1_700_000_000) })
    OrphanReaper(home: home, store: store, logsAreCollected: logsAreCollected).clear()
    #expect(Files.names(in: home.podLogs) == expected.map { "n_\($0)_u" })
    for pod in expected {
      #expect(Files.text(home.podLog(namespace: "n", pod: pod, uid: "u") + "/c/0.log")?.hasSuffix("a line\n") == true, "\(pod)")
    }
  }
}
