import FoundationEssentials
import JSONBytes
import Spelling
import StrictYAML

/// The kubeconfig files of a user, merged as kubectl does: the first file to name a cluster, user, context or the current context wins.
package struct Kubeconfig: Sendable {
  private struct Entry: Sendable {
    var value: JSONValue
    var file: String
  }

  private var clusters: [String: Entry] = [:]
  private var users: [String: Entry] = [:]
  private var contexts: [String: Entry] = [:]
  /// In the order of the files.
  package private(set) var contextNames: [String] = []
  package private(set) var currentContext: String?
  private var files: [String] = []

  /// Reads the files that `KUBECONFIG` names, `~/.kube/config` without it.
  package static func load(environment: [String: String] = ProcessInfo.processInfo.environment) throws(KubernetesError) -> Kubeconfig {
    try Kubeconfig(files: try files(environment: environment))
  }

  /// The files that ``load(environment:)`` reads.
  static func files(environment: [String: String]) throws(KubernetesError) -> [String] {
    let named = environment["KUBECONFIG"].map { $0.split(separator: ":").map(String.init).filter { !$0.isEmpty } } ?? []
    if !named.isEmpty {
      // kubectl skips files that are missing as long as one is there.
      let present = named.filter { FileManager.default.fileExists(atPath: $0) }
      guard !present.isEmpty else {
        throw KubernetesError(
          .configuration,
          "no kubeconfig found: KUBECONFIG names \(named.joined(separator: ", ")), which does not exist; correct or unset it")
      }
      return present
    }
    let home = environment["HOME"] ?? "/root"
    let usual = "\(home)/.kube/config"
    guard FileManager.default.fileExists(atPath: usual) else {
      throw KubernetesError(.configuration, "no kubeconfig found: set KUBECONFIG or create \(usual)")
    }
    return [usual]
  }

  package init(files: [String]) throws(KubernetesError) {
    for file in files { try merge(try Self.text(file), file: file) }
  }

  package init(yaml: String, file: String) throws(KubernetesError) { try merge(yaml, file: file) }

  private mutating func merge(_ yaml: String, file: String) throws(KubernetesError) {
    files.append(file)
    let documents: [JSONValue]
    do throws(YAMLDiagnostic) {
      documents = try YAMLDocuments.json(yaml, file: file)
    } catch {
      throw KubernetesError(.configuration, error.text)
    }
    guard let tree = documents.first else { return }
    guard tree.objectValue != nil else {
      throw KubernetesError(.configuration, "\(file) is not a kubeconfig: expected clusters, users and contexts at its top")
    }
    for (list, part) in [("clusters", "cluster"), ("users", "user"), ("contexts", "context")] {
      guard let value = tree[list], !value.isNull else { continue }
      guard let entries = value.arrayValue else {
        throw KubernetesError(.configuration, "\(file): expected a list under \(list)")
      }
      for entry in entries {
        guard let name = Self.name(entry["name"]) else {
          throw KubernetesError(.configuration, "\(file): an entry of \(list) has no name")
        }
        let found = Entry(value: entry[part] ?? .null, file: file)
        switch list {
        case "clusters": if clusters[name] == nil { clusters[name] = found }
        case "users": if users[name] == nil { users[name] = found }
        default:
          if contexts[name] == nil {
            contexts[name] = found
            contextNames.append(name)
          }
        }
      }
    }
    if currentContext == nil, let current = Self.name(tree["current-context"]), !current.isEmpty { currentContext = current }
  }

  /// A context by name, or the current one.
  package func context(_ name: String? = nil) throws(KubernetesError) -> KubeContext {
    let place = files.joined(separator: ", ")
    guard let name = name ?? currentContext ?? (contextNames.count == 1 ? contextNames.first : nil) else {
      throw KubernetesError(.configuration, "\(place) has no current-context; choose one of: \(contextNames.joined(separator: ", "))")
    }
    guard let context = contexts[name] else {
      throw KubernetesError(
        .configuration,
        "\(place) has no context \(name); \(EditDistance.nearest(to: name, among: contextNames).map { "did you mean \($0)? It" } ?? "it") has: "
          + (contextNames.isEmpty ? "none" : contextNames.joined(separator: ", ")))
    }
    let clusterName = Self.name(context.value["cluster"]) ?? ""
    guard let cluster = clusters[clusterName] else {
      throw KubernetesError(.configuration, "\(context.file): context \(name) names the cluster \(clusterName), which no file has")
    }
    var user = KubeUser()
    if let userName = Self.name(context.value["user"]), !userName.isEmpty {
      guard let found = users[userName] else {
        throw KubernetesError(.configuration, "\(context.file): context \(name) names the user \(userName), which no file has")
      }
      user = try Self.user(found, userName)
    }
    return KubeContext(
      name: name, cluster: try Self.cluster(cluster, clusterName), user: user,
      namespace: Self.name(context.value["namespace"]) ?? "default")
  }

  /// The credentials that every pod has; `nil` outside of a cluster.
  package static func inCluster(
    environment: [String: String] = ProcessInfo.processInfo.environment, root: String = "/var/run/secrets/kubernetes.io/serviceaccount"
  ) throws(KubernetesError) -> KubeContext? {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
      FileManager.default.fileExists(atPath: "\(root)/token")
    else { return nil }
    var cluster = KubeCluster(server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    cluster.certificateAuthority = try bytes("\(root)/ca.crt")
    var user = KubeUser()
    user.tokenFile = "\(root)/token"
    let namespace = (try? text("\(root)/namespace")) ?? "default"
    return KubeContext(name: "in-cluster", cluster: cluster, user: user, namespace: namespace)
  }

  // MARK: Parts

  private static func cluster(_ entry: Entry, _ name: String) throws(KubernetesError) -> KubeCluster {
    let value = entry.value
    guard var server = value["server"]?.stringValue, !server.isEmpty else {
      throw KubernetesError(.configuration, "\(entry.file): cluster \(name) has no server")
    }
    while server.hasSuffix("/") { server.removeLast() }
    if !server.contains("://") { server = "http://\(server)" }
    guard server.hasPrefix("http://") || server.hasPrefix("https://") else {
      throw KubernetesError(.configuration, "\(entry.file): cluster \(name): expected an http or https address as server, not \(server)")
    }
    var cluster = KubeCluster(server: withoutUserInfo(server))
    cluster.certificateAuthority = try material(entry, "cluster \(name)", "certificate-authority", &cluster.materialFiles)
    cluster.skipsTLSVerification = value["insecure-skip-tls-verify"]?.boolValue ?? false
    cluster.tlsServerName = value["tls-server-name"]?.stringValue
    cluster.proxy = value["proxy-url"]?.stringValue
    return cluster
  }

  /// `http://name:secret@host` without the name and the secret: what a server is called is shown on screen. The user's own
  /// credentials are in the user's entry.
  private static func withoutUserInfo(_ server: String) -> String {
    let scheme = server.hasPrefix("https://") ? "https://" : "http://"
    let rest = server.dropFirst(scheme.count)
    guard let at = rest.prefix(while: { $0 != "/" }).lastIndex(of: "@") else { return server }
    return scheme + rest[rest.index(after: at)...]
  }

  private static func user(_ entry: Entry, _ name: String) throws(KubernetesError) -> KubeUser {
    let value = entry.value
    var user = KubeUser()
    user.clientCertificate = try material(entry, "user \(name)", "client-certificate", &user.materialFiles)
    user.clientKey = try material(entry, "user \(name)", "client-key", &user.materialFiles)
    if (user.clientCertificate == nil) != (user.clientKey == nil) {
      throw KubernetesError(.configuration, "\(entry.file): user \(name) needs both a client certificate and its key")
    }
    user.token = value["token"]?.stringValue
    user.tokenFile = value["tokenFile"]?.stringValue.map { path($0, beside: entry.file) }
    user.username = value["username"]?.stringValue
    user.password = value["password"]?.stringValue
    if let exec = value["exec"], !exec.isNull {
      guard let command = exec["command"]?.stringValue, !command.isEmpty else {
        throw KubernetesError(.configuration, "\(entry.file): user \(name): exec has no command")
      }
      // A command with a slash is relative to its kubeconfig; a bare name is looked up in PATH.
      var plugin = ExecPlugin(command: command.contains("/") ? path(command, beside: entry.file) : command)
      plugin.arguments = (exec["args"]?.arrayValue ?? []).compactMap(\.stringValue)
      for pair in exec["env"]?.arrayValue ?? [] {
        if let key = pair["name"]?.stringValue { plugin.environment[key] = pair["value"]?.stringValue ?? "" }
      }
      plugin.apiVersion = exec["apiVersion"]?.stringValue ?? plugin.apiVersion
      plugin.installHint = exec["installHint"]?.stringValue ?? ""
      plugin.providesClusterInfo = exec["provideClusterInfo"]?.boolValue ?? false
      user.exec = plugin
    }
    return user
  }

  /// `<key>-data` in base64 wins over `<key>`, a file relative to its kubeconfig, which is added to `files`.
  private static func material(
    _ entry: Entry, _ subject: String, _ key: String, _ files: inout [String]
  ) throws(KubernetesError) -> [UInt8]? {
    if let data = entry.value["\(key)-data"]?.stringValue, !data.isEmpty {
      guard let bytes = Data(base64Encoded: data, options: .ignoreUnknownCharacters) else {
        throw KubernetesError(.configuration, "\(entry.file): \(subject): \(key)-data is not base64")
      }
      return Array(bytes)
    }
    guard let file = entry.value[key]?.stringValue, !file.isEmpty else { return nil }
    let resolved = path(file, beside: entry.file)
    files.append(resolved)
    do throws(KubernetesError) { return try bytes(resolved) } catch {
      throw KubernetesError(.configuration, "\(entry.file): \(subject): \(error.message)")
    }
  }

  private static func path(_ file: String, beside config: String) -> String {
    if file.hasPrefix("/") { return file }
    guard let slash = config.lastIndex(of: "/") else { return file }
    return "\(config[..<slash])/\(file)"
  }

  /// Names that YAML takes for numbers or booleans are names all the same.
  private static func name(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text
    case .int(let number): "\(number)"
    case .bool(let flag): "\(flag)"
    default: nil
    }
  }

  static func text(_ file: String) throws(KubernetesError) -> String {
    let text = String(decoding: try bytes(file), as: UTF8.self)
    return String(text.drop { $0 == "\u{FEFF}" })
  }
}
