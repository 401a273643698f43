import FoundationEssentials
import JSONBytes
import Subprocess
import TimeFormat

/// One run of a credential plugin (client.authentication.k8s.io/v1). It has no terminal, and is ended with its children when its time is over
/// or nobody wants its answer any more.
struct PluginRun: Sendable {
  let plugin: ExecPlugin
  let context: KubeContext
  let deadline: Duration

  private var hint: String { plugin.installHint.isEmpty ? "" : "; \(plugin.installHint)" }
  private var name: String { "the credential plugin \(plugin.command) of context \(context.name)" }

  func credential() async throws -> Credential {
    guard let output = try await outputInTime() else {
      throw KubernetesError(
        .unauthorized, "\(name) did not end within \(deadline.brief) and was ended; run it by hand to see what it waits for\(hint)")
    }
    guard let tree = try? JSONValue(parsing: output), let status = tree["status"], tree["kind"]?.stringValue == "ExecCredential" else {
      throw KubernetesError(.malformed, "\(name) did not print an ExecCredential")
    }
    var credential = Credential()
    credential.authorization = status["token"]?.stringValue.map { "Bearer \($0)" }
    credential.clientCertificate = status["clientCertificateData"]?.stringValue.map { Array($0.utf8) }
    credential.clientKey = status["clientKeyData"]?.stringValue.map { Array($0.utf8) }
    credential.expires = status["expirationTimestamp"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    guard credential.authorization != nil || credential.clientCertificate != nil else {
      throw KubernetesError(.malformed, "\(name) gave neither a token nor a certificate")
    }
    return credential
  }

  /// `nil` when the time is over.
  private func outputInTime() async throws -> String? {
    try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask { try await output() }
      group.addTask {
        try await Task.sleep(for: deadline)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  private func output() async throws -> String {
    var environment: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info.jsonString]
    for (key, value) in plugin.environment { environment[Environment.Key(stringLiteral: key)] = value }
    // A session of its own, so that what the plugin has started ends with it.
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
    do {
      // env takes names and paths alike.
      let result = try await Subprocess.run(
        .name("env"), arguments: Arguments([plugin.command] + plugin.arguments), environment: .inherit.updating(environment),
        platformOptions: options, output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
      guard result.terminationStatus.isSuccess else {
        try Task.checkCancellation()
        let words = result.standardError.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        throw KubernetesError(.unauthorized, "\(name) failed\(words)\(hint)")
      }
      return result.standardOutput
    } catch let error as KubernetesError { throw error } catch {
      try Task.checkCancellation()
      throw KubernetesError(.configuration, "\(name) could not be started\(hint)")
    }
  }

  private var info: JSONValue {
    var spec: JSONValue = ["interactive": false]
    if plugin.providesClusterInfo {
      var cluster: JSONValue = ["server": .string(context.cluster.server)]
      if let authority = context.cluster.certificateAuthority {
        cluster["certificate-authority-data"] = .string(Data(authority).base64EncodedString())
      }
      if context.cluster.skipsTLSVerification { cluster["insecure-skip-tls-verify"] = true }
      if let name = context.cluster.tlsServerName { cluster["tls-server-name"] = .string(name) }
      spec["cluster"] = cluster
    }
    return ["apiVersion": .string(plugin.apiVersion), "kind": "ExecCredential", "spec": spec]
  }
}
