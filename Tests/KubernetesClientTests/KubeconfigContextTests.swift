import Foundation
import KubernetesClient
import Testing

/// A kubeconfig that is written again while its cluster is watched.
@Suite("A kubeconfig that changes", .timeLimit(.minutes(1)))
struct KubeconfigContextTests {
  private static let version = #"{"gitVersion":"v1.36.0"}"#

  private func withFile(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kube-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appendingPathComponent("config").path)
  }

  private func write(_ file: String, port: Int, token: String) throws {
    try """
    clusters: [{name: c, cluster: {server: "http://127.0.0.1:\(port)"}}]
    users: [{name: u, user: {token: \(token)}}]
    contexts: [{name: staging, context: {cluster: c, user: u}}]
    """.write(toFile: file, atomically: true, encoding: .utf8)
  }

  @Test("the cluster is asked where it is now, with its own token; the old address hears no more")
  func moved() async throws {
    let old = try RawServer { _ in (200, Self.version) }
    let new = try RawServer { _ in (200, Self.version) }
    try await withFile { file in
      try await old.run { oldPort in
        try await new.run { newPort in
          try write(file, port: oldPort, token: "first")
          let api = KubernetesAPI(try KubeconfigContext("staging", environment: ["KUBECONFIG": file]))
          #expect(try await api.version() == "v1.36.0")
          try write(file, port: newPort, token: "second")
          #expect(try await api.version() == "v1.36.0")
          // Half a file is no reason to forget where the cluster is.
          try "clusters: [".write(toFile: file, atomically: true, encoding: .utf8)
          #expect(try await api.version() == "v1.36.0")
          await api.shutdown()
        }
      }
    }
    #expect(old.seen.map(\.authorization) == ["Bearer first"])
    #expect(new.seen.map(\.authorization) == ["Bearer second", "Bearer second"])
  }

  @Test("where it is not known that the address is still ours, nothing is sent")
  func notOurs() async throws {
    let stranger = try RawServer { _ in (200, Self.version) }
    try await stranger.run { port in
      var context = KubeContext(name: "ground", cluster: KubeCluster(server: "http://127.0.0.1:\(port)"))
      context.user.token = "secret"
      let api = KubernetesAPI(context: context, resolve: { throw KubernetesError(.unreachable, "the proving ground does not run") })
      let error = await #expect(throws: KubernetesError.self) { try await api.version() }
      #expect(error?.message == "the proving ground does not run")
      await api.shutdown()
    }
    #expect(stranger.seen.isEmpty)
  }
}
