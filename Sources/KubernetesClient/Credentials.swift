import Foundation
import JSONBytes
import Subprocess
import SystemPackage
import TimeFormat

/// Gives the `Authorization` header of a request: tokens from files are read again, plugins asked again when theirs expire.
actor Credentials {
  private let access: ClusterAccess
  private var cached: (header: String, expires: Timestamp?)?
  private var fileRead: (header: String, at: Timestamp)?

  init(_ access: ClusterAccess) { self.access = access }

  func header(now: Timestamp) async throws -> String? {
    if let file = access.tokenFile { return try tokenFromFile(file, now: now) }
    if let token = access.token, !token.isEmpty { return "Bearer \(token)" }
    if let user = access.username {
      return "Basic \(Data("\(user):\(access.password ?? "")".utf8).base64EncodedString())"
    }
    guard let plugin = access.exec else { return nil }
    if let cached, cached.expires.map({ $0 > now + .seconds(10) }) ?? true { return cached.header }
    let fresh = try await run(plugin)
    cached = fresh
    return fresh.header
  }

  /// Forgets what was given: the server refused it.
  func invalidate() {
    cached = nil
    fileRead = nil
  }

  /// The kubelet rotates a projected token well before it ends; once a minute is what client-go does.
  private func tokenFromFile(_ file: String, now: Timestamp) throws -> String {
    if let fileRead, now < fileRead.at + .seconds(60) { return fileRead.header }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw KubernetesError.configuration("cannot read the token file \(file) that the kubeconfig names")
    }
    let header = "Bearer \(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))"
    fileRead = (header, now)
    return header
  }

  private func run(_ plugin: ExecPlugin) async throws -> (header: String, expires: Timestamp?) {
    var spec: JSONValue = ["interactive": false]
    if plugin.providesClusterInfo { spec["cluster"] = ["server": .string(access.server)] }
    let info: JSONValue = ["apiVersion": .string(plugin.apiVersion), "kind": "ExecCredential", "spec": spec]
    var variables: [Subprocess.Environment.Key: String?] = ["KUBERNETES_EXEC_INFO": info.jsonString]
    for (name, value) in plugin.environment { if let key = Subprocess.Environment.Key(rawValue: name) { variables[key] = value } }
    let executable: Executable = plugin.command.contains("/") ? .path(.init(plugin.command)) : .name(plugin.command)
    let output: [UInt8]
    do {
      let result = try await Subprocess.run(
        executable, arguments: Arguments(plugin.arguments), environment: .inherit.updating(variables),
        output: .bytes(limit: 1 << 20), error: .discarded)
      guard case .exited(0) = result.terminationStatus else {
        throw KubernetesError.configuration("the credential plugin \(plugin.command) failed (\(result.terminationStatus)); run it by hand to see why")
      }
      output = result.standardOutput
    } catch let error as KubernetesError {
      throw error
    } catch {
      throw KubernetesError.configuration("cannot run the credential plugin \(plugin.command)\(plugin.installHint.map { "; \($0)" } ?? "")")
    }
    guard let credential = try? JSONValue(parsing: output), let token = credential.at("status", "token")?.stringValue else {
      throw KubernetesError.configuration("the credential plugin \(plugin.command) gave no token (expected an ExecCredential with status.token)")
    }
    return ("Bearer \(token)", credential.at("status", "expirationTimestamp")?.stringValue.flatMap { Timestamp(rfc3339: $0) })
  }
}
