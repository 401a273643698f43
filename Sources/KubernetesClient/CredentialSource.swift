import FoundationEssentials
import JSONBytes
import Subprocess
import TimeFormat

/// What is sent to prove who asks.
struct Credential: Sendable, Hashable {
  var authorization: String?
  /// PEM.
  var clientCertificate: [UInt8]?
  var clientKey: [UInt8]?
  var expires: Timestamp?
}

/// Gives the credential of a user, reading token files again and running plugins when theirs has run out.
actor CredentialSource {
  private let context: KubeContext
  private let now: @Sendable () -> Timestamp
  private var held: Credential?
  private var heldSince = Timestamp(nanoseconds: 0)
  private var running: Task<Credential, any Error>?

  init(_ context: KubeContext, now: @escaping @Sendable () -> Timestamp) {
    self.context = context
    self.now = now
  }

  /// Forgets what is held, after the server refused it.
  func invalidate() { held = nil }

  func credential() async throws -> Credential {
    if let held, isFresh(held) { return held }
    if let running { return try await running.value }
    let task = Task { try await Self.make(context) }
    running = task
    defer { running = nil }
    let made = try await task.value
    held = made
    heldSince = now()
    return made
  }

  private func isFresh(_ credential: Credential) -> Bool {
    let user = context.user
    if user.exec != nil { return credential.expires.map { now() + .seconds(10) < $0 } ?? true }
    if user.tokenFile != nil { return now() - heldSince < .seconds(60) }
    return true
  }

  private static func make(_ context: KubeContext) async throws -> Credential {
    let user = context.user
    var credential = Credential(clientCertificate: user.clientCertificate, clientKey: user.clientKey)
    if let file = user.tokenFile {
      let token = String(try Kubeconfig.text(file).trimmed)
      guard !token.isEmpty else { throw KubernetesError(.configuration, "\(file) has no token") }
      credential.authorization = "Bearer \(token)"
    } else if let token = user.token, !token.isEmpty {
      credential.authorization = "Bearer \(token)"
    } else if let name = user.username {
      credential.authorization = "Basic \(Data("\(name):\(user.password ?? "")".utf8).base64EncodedString())"
    } else if let exec = user.exec {
      return try await run(exec, context)
    }
    return credential
  }

  /// Runs a plugin and reads its ExecCredential (client.authentication.k8s.io/v1).
  private static func run(_ plugin: ExecPlugin, _ context: KubeContext) async throws -> Credential {
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
    let info: JSONValue = ["apiVersion": .string(plugin.apiVersion), "kind": "ExecCredential", "spec": spec]
    var environment: [Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info.jsonString]
    for (key, value) in plugin.environment { environment[Environment.Key(stringLiteral: key)] = value }
    let hint = plugin.installHint.isEmpty ? "" : "; \(plugin.installHint)"
    let output: String
    do {
      // env takes names and paths alike.
      let result = try await Subprocess.run(
        .name("env"), arguments: Arguments([plugin.command] + plugin.arguments), environment: .inherit.updating(environment),
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
      guard result.terminationStatus.isSuccess else {
        let words = result.standardError.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        throw KubernetesError(
          .unauthorized, "the credential plugin \(plugin.command) of context \(context.name) failed\(words)\(hint)")
      }
      output = result.standardOutput
    } catch let error as KubernetesError { throw error } catch {
      throw KubernetesError(
        .configuration, "the credential plugin \(plugin.command) of context \(context.name) could not be started\(hint)")
    }
    guard let tree = try? JSONValue(parsing: output), let status = tree["status"], tree["kind"]?.stringValue == "ExecCredential" else {
      throw KubernetesError(
        .malformed, "the credential plugin \(plugin.command) of context \(context.name) did not print an ExecCredential")
    }
    var credential = Credential()
    credential.authorization = status["token"]?.stringValue.map { "Bearer \($0)" }
    credential.clientCertificate = status["clientCertificateData"]?.stringValue.map { Array($0.utf8) }
    credential.clientKey = status["clientKeyData"]?.stringValue.map { Array($0.utf8) }
    credential.expires = status["expirationTimestamp"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    guard credential.authorization != nil || credential.clientCertificate != nil else {
      throw KubernetesError(
        .malformed, "the credential plugin \(plugin.command) of context \(context.name) gave neither a token nor a certificate")
    }
    return credential
  }
}

extension StringProtocol {
  /// Without white space at its ends.
  var trimmed: SubSequence {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return rest
  }
}
