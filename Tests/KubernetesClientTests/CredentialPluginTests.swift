import Foundation
import KubernetesClient
import Testing

/// Credential plugins that do not come to an end.
@Suite("Credential plugins", .timeLimit(.minutes(3)))
struct CredentialPluginTests {
  /// Runs a plugin that starts a child and hangs with it. Both write their process ids into the folder.
  private func withHanging(_ limits: PluginLimits, _ body: (KubernetesAPI, _ pids: @escaping () -> [Int32]) async throws -> Void)
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hang-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("login")
    try Data("#!/bin/sh\nsleep 300 &\necho $! > child\necho $$ > parent\nwait\n".utf8).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    var context = KubeContext(name: "staging", cluster: KubeCluster(server: "http://127.0.0.1:1"))
    var plugin = ExecPlugin(command: "sh")
    plugin.arguments = ["-c", "cd \(folder.path) && exec ./login"]
    plugin.installHint = "get it from the wiki"
    context.user.exec = plugin
    let api = KubernetesAPI(context: context, plugins: limits)
    try await body(api) {
      ["child", "parent"].compactMap { name in
        (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)).flatMap {
          Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
      }
    }
    await api.shutdown()
  }

  private func isAlive(_ pid: Int32) -> Bool { FileManager.default.fileExists(atPath: "/proc/\(pid)/cwd/.") }

  /// Until it is so; the suite has a time limit.
  private func until(_ isSo: () -> Bool) async throws {
    while !isSo() { try await Task.sleep(for: .milliseconds(20)) }
  }

  @Test("a request does not wait for a plugin that hangs: it says which, and how long that is given")
  func patience() async throws {
    var limits = PluginLimits()
    limits.patience = .milliseconds(100)
    try await withHanging(limits) { api, pids in
      let error = await #expect(throws: KubernetesError.self) { try await api.version() }
      #expect(error?.message == "the credential plugin sh of context staging has not answered yet; it is given 1 min")
      try await until { pids().count == 2 }
      await api.shutdown()
      try await until { !pids().contains(where: isAlive) }
    }
  }

  @Test("a plugin is ended at its deadline, with all that it started")
  func deadline() async throws {
    var limits = PluginLimits()
    limits.deadline = .milliseconds(500)
    limits.patience = .seconds(50)
    try await withHanging(limits) { api, pids in
      let error = await #expect(throws: KubernetesError.self) { try await api.version() }
      #expect(
        error?.message
          == "the credential plugin sh of context staging did not end within 500 ms and was ended; run it by hand to see what it waits for; "
          + "get it from the wiki")
      #expect(error?.kind == .unauthorized)
      try await until { !pids().contains(where: isAlive) }
    }
  }

  @Test("who gives up ends the plugin that nobody else waits for")
  func cancel() async throws {
    var limits = PluginLimits()
    limits.patience = .seconds(50)
    try await withHanging(limits) { api, pids in
      let asking = Task { try await api.version() }
      try await until { pids().count == 2 }
      asking.cancel()
      await #expect(throws: CancellationError.self) { try await asking.value }
      try await until { !pids().contains(where: isAlive) }
    }
  }
}
