import Foundation
import Yams

/// What a context of a kubeconfig says about how to reach a cluster
/// (kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig).
package struct ClusterAccess: Sendable, Hashable {
  package var context: String
  /// `https://host:port`, without a slash at the end.
  package var server: String
  package var namespace: String?
  package var certificateAuthority: PEMSource?
  package var clientCertificate: PEMSource?
  package var clientKey: PEMSource?
  package var tlsServerName: String?
  package var skipsTLSVerification = false
  package var proxyURL: String?
  package var token: String?
  /// Read again at each request that finds it changed: tokens in files expire.
  package var tokenFile: String?
  package var username: String?
  package var password: String?
  package var exec: ExecPlugin?

  package init(context: String, server: String) {
    self.context = context
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
  }
}

/// A certificate or key: in a file, or in the configuration itself (base64 decoded).
package enum PEMSource: Sendable, Hashable {
  case file(String)
  case data([UInt8])

  func bytes() throws -> [UInt8] {
    switch self {
    case .data(let bytes): return bytes
    case .file(let path):
      guard let data = FileManager.default.contents(atPath: path) else {
        throw KubernetesError.configuration("cannot read the certificate or key \(path) that the kubeconfig names")
      }
      return Array(data)
    }
  }
}

/// A program that gives credentials (client.authentication.k8s.io ExecCredential).
package struct ExecPlugin: Sendable, Hashable {
  package var apiVersion: String
  package var command: String
  package var arguments: [String]
  package var environment: [String: String]
  package var installHint: String?
  package var providesClusterInfo: Bool
}

/// The clusters, users and contexts of one or more kubeconfig files; the first file that names something wins.
package struct Kubeconfig {
  private var clusters: [String: (node: Node.Mapping, folder: String)] = [:]
  private var users: [String: (node: Node.Mapping, folder: String)] = [:]
  private var contextNodes: [String: Node.Mapping] = [:]
  package private(set) var contexts: [String] = []
  package private(set) var currentContext: String?
  private var files: [String] = []

  /// Reads `KUBECONFIG` (files separated by colons; those that are missing are skipped), else `~/.kube/config`.
  package static func load(environment: [String: String]) throws -> Kubeconfig {
    let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
    let paths = listed.isEmpty ? ["\(environment["HOME"] ?? "")/.kube/config"] : listed
    let present = paths.filter { FileManager.default.fileExists(atPath: $0) }
    guard !present.isEmpty else {
      throw KubernetesError.configuration("expected a kubeconfig at \(paths.joined(separator: " or ")) and found none; set KUBECONFIG")
    }
    return try Kubeconfig(files: present)
  }

  package init(files: [String]) throws {
    self.files = files
    for file in files {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw KubernetesError.configuration("cannot read the kubeconfig \(file)")
      }
      let root: Node?
      do {
        root = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
      } catch {
        throw KubernetesError.configuration("the kubeconfig \(file) is not YAML: \(Self.firstLine("\(error)"))")
      }
      guard let root else { continue }
      guard let map = root.mapping else { throw KubernetesError.configuration("the kubeconfig \(file) is not a mapping") }
      let folder = URL(filePath: file).deletingLastPathComponent().path
      for (name, body) in Self.entries(map, "clusters", "cluster") where clusters[name] == nil { clusters[name] = (body, folder) }
      for (name, body) in Self.entries(map, "users", "user") where users[name] == nil { users[name] = (body, folder) }
      for (name, body) in Self.entries(map, "contexts", "context") where contextNodes[name] == nil {
        contextNodes[name] = body
        contexts.append(name)
      }
      if currentContext == nil, let current = map["current-context"]?.string, !current.isEmpty { currentContext = current }
    }
  }

  /// How to reach the cluster of a context; the current one by default.
  package func access(context name: String? = nil) throws -> ClusterAccess {
    let where_ = files.joined(separator: ", ")
    guard let name = name ?? currentContext else {
      throw KubernetesError.configuration("\(where_) names no current-context; choose one of: \(contexts.joined(separator: ", "))")
    }
    guard let context = contextNodes[name] else {
      throw KubernetesError.configuration("\(where_) has no context \(name); it has: \(contexts.joined(separator: ", "))")
    }
    guard let clusterName = context["cluster"]?.string, let cluster = clusters[clusterName] else {
      throw KubernetesError.configuration("the context \(name) in \(where_) names a cluster that is not there")
    }
    guard let server = cluster.node["server"]?.string, server.hasPrefix("http") else {
      throw KubernetesError.configuration("the cluster \(clusterName) in \(where_) has no server URL (https://…)")
    }
    var access = ClusterAccess(context: name, server: server)
    access.namespace = context["namespace"]?.string
    access.certificateAuthority = Self.pem(cluster, "certificate-authority")
    access.tlsServerName = cluster.node["tls-server-name"]?.string
    access.skipsTLSVerification = cluster.node["insecure-skip-tls-verify"]?.bool ?? false
    access.proxyURL = cluster.node["proxy-url"]?.string
    if let userName = context["user"]?.string, !userName.isEmpty {
      guard let user = users[userName] else {
        throw KubernetesError.configuration("the context \(name) in \(where_) names a user \(userName) that is not there")
      }
      access.clientCertificate = Self.pem(user, "client-certificate")
      access.clientKey = Self.pem(user, "client-key")
      access.token = user.node["token"]?.string
      access.tokenFile = user.node["tokenFile"]?.string.map { Self.absolute($0, user.folder) }
      access.username = user.node["username"]?.string
      access.password = user.node["password"]?.string
      access.exec = user.node["exec"]?.mapping.map { Self.plugin($0, user.folder) }
    }
    return access
  }

  /// From inside a pod (kubernetes.io/docs/tasks/run-application/access-api-from-pod); `nil` elsewhere.
  package static func inCluster(environment: [String: String]) -> ClusterAccess? {
    let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
      FileManager.default.fileExists(atPath: "\(folder)/token")
    else { return nil }
    var access = ClusterAccess(context: "in-cluster", server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    access.tokenFile = "\(folder)/token"
    access.certificateAuthority = .file("\(folder)/ca.crt")
    return access
  }

  private static func entries(_ map: Node.Mapping, _ list: String, _ body: String) -> [(String, Node.Mapping)] {
    (map[list]?.sequence.map(Array.init) ?? []).compactMap { entry in
      guard let name = entry["name"]?.string, let node = entry[body]?.mapping else { return nil }
      return (name, node)
    }
  }

  private static func pem(_ entry: (node: Node.Mapping, folder: String), _ key: String) -> PEMSource? {
    if let text = entry.node["\(key)-data"]?.string, let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) {
      return .data(Array(data))
    }
    return entry.node[key]?.string.map { .file(absolute($0, entry.folder)) }
  }

  private static func plugin(_ node: Node.Mapping, _ folder: String) -> ExecPlugin {
    var environment: [String: String] = [:]
    for pair in node["env"]?.sequence.map(Array.init) ?? [] {
      if let name = pair["name"]?.string { environment[name] = pair["value"]?.string ?? "" }
    }
    let command = node["command"]?.string ?? ""
    return ExecPlugin(
      apiVersion: node["apiVersion"]?.string ?? "client.authentication.k8s.io/v1",
      // A relative path with a slash is relative to the kubeconfig; a bare name is looked up on PATH.
      command: command.contains("/") ? absolute(command, folder) : command,
      arguments: (node["args"]?.sequence.map(Array.init) ?? []).compactMap(\.string), environment: environment,
      installHint: node["installHint"]?.string, providesClusterInfo: node["provideClusterInfo"]?.bool ?? false)
  }

  private static func absolute(_ path: String, _ folder: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

  private static func firstLine(_ text: String) -> String { text.split(separator: "\n").first.map(String.init) ?? text }
}
