import Foundation
import KubernetesClient
import Testing

/// A kubeconfig that is written again while its cluster is watched.
@Suite("A kubeconfig that changes", .timeLimit(.minutes(3)))
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

  // MARK: Files that the kubeconfig names

  private func write(_ text: String, _ file: String) throws { try text.write(toFile: file, atomically: true, encoding: .utf8) }

  @Test("an authority that is renewed in its file is trusted from then on")
  func authority() async throws {
    let server = try RawServer(isSecure: true) { _ in (200, Self.version) }
    try await withFile { file in
      try await server.run { port in
        let authority = URL(filePath: file).deletingLastPathComponent().appending(path: "ca.crt").path
        try write(TestCertificates.otherAuthority, authority)
        try write(
          """
          clusters: [{name: c, cluster: {server: "https://127.0.0.1:\(port)", certificate-authority: ca.crt, tls-server-name: api.test}}]
          users: [{name: u, user: {token: secret}}]
          contexts: [{name: staging, context: {cluster: c, user: u}}]
          """, file)
        let api = KubernetesAPI(try KubeconfigContext("staging", environment: ["KUBECONFIG": file]))
        let refusal = await #expect(throws: KubernetesError.self) { try await api.version() }
        #expect(refusal?.message.contains("is not signed by the certificate authority of context staging") == true)
        try write(TestCertificates.authority, authority)
        let version = try await api.version()
        #expect(version == "v1.36.0")
        await api.shutdown()
      }
    }
  }

  private static let withPair = """
    clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"}}]
    users: [{name: u, user: {client-certificate: client.crt, client-key: client.key}}]
    contexts: [{name: staging, context: {cluster: c, user: u}}]
    """

  @Test("a client certificate that is written before its key waits for it")
  func pair() async throws {
    try await withFile { file in
      let folder = URL(filePath: file).deletingLastPathComponent()
      let (certificate, key) = (folder.appending(path: "client.crt").path, folder.appending(path: "client.key").path)
      try write(TestCertificates.server, certificate)
      try write(TestCertificates.serverKey, key)
      try write(Self.withPair, file)
      let context = try KubeconfigContext("staging", environment: ["KUBECONFIG": file])
      try write(TestCertificates.client, certificate)
      let between = context.current().user
      #expect(between.clientCertificate == Array(TestCertificates.server.utf8))
      #expect(between.clientKey == Array(TestCertificates.serverKey.utf8))
      try write(TestCertificates.clientKey, key)
      let after = context.current().user
      #expect(after.clientCertificate == Array(TestCertificates.client.utf8))
      #expect(after.clientKey == Array(TestCertificates.clientKey.utf8))
      // One that goes away for a moment is no reason to forget it.
      try FileManager.default.removeItem(atPath: key)
      let gone = context.current().user
      #expect(gone == after)
    }
  }

  @Test("a volume that is renewed by a link to another folder is seen, though the files' own links stay")
  func links() async throws {
    try await withFile { file in
      let folder = URL(filePath: file).deletingLastPathComponent()
      let files = FileManager.default
      for (version, certificate, key) in [
        ("v1", TestCertificates.server, TestCertificates.serverKey), ("v2", TestCertificates.client, TestCertificates.clientKey),
      ] {
        try files.createDirectory(at: folder.appending(path: version), withIntermediateDirectories: true)
        try write(certificate, folder.appending(path: "\(version)/client.crt").path)
        try write(key, folder.appending(path: "\(version)/client.key").path)
      }
      let data = "\(folder.path)/..data"
      try files.createSymbolicLink(atPath: data, withDestinationPath: "v1")
      for name in ["client.crt", "client.key"] {
        try files.createSymbolicLink(atPath: folder.appending(path: name).path, withDestinationPath: "..data/\(name)")
      }
      try write(Self.withPair, file)
      let context = try KubeconfigContext("staging", environment: ["KUBECONFIG": file])
      let first = context.current().user.clientCertificate
      #expect(first == Array(TestCertificates.server.utf8))
      try files.removeItem(atPath: data)
      try files.createSymbolicLink(atPath: data, withDestinationPath: "v2")
      let second = context.current().user.clientCertificate
      #expect(second == Array(TestCertificates.client.utf8))
    }
  }
}
