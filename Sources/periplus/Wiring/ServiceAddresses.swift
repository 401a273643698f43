import JSONBytes
import KubernetesClient
import StateDirectory

/// Where the ground's services are.
struct ServiceAddresses {
  let home: Home

  /// `http://127.x.y.z:8080` by service name, of those that are there.
  func urls(of names: [String], namespace: String = "shop", port: Int = 8080) async throws -> [String: String] {
    let api = try GroundConnection(home: home).api()
    let list: JSONValue
    do {
      list = try await api.sendJSON(.get, "/api/v1/namespaces/\(namespace)/services")
    } catch {
      throw Problem.environment("the proving ground does not answer (\(error)); periplus status tells more, periplus up starts it")
    }
    await api.shutdown()
    var urls: [String: String] = [:]
    for item in list["items"]?.arrayValue ?? [] {
      if let name = item.at("metadata", "name")?.stringValue, names.contains(name), let address = item.at("spec", "clusterIP")?.stringValue
      {
        urls[name] = "http://\(address):\(port)"
      }
    }
    guard !urls.isEmpty else {
      throw Problem.environment("there is no reference app in the namespace \(namespace) yet; periplus up deploys it")
    }
    return urls
  }
}

/// The ground's API, as its kubeconfig says.
struct GroundConnection {
  let home: Home

  func api() throws -> KubernetesAPI {
    guard Files.exists(home.kubeconfig) else {
      throw Problem.environment("no proving ground has been started in \(home.path); start it with periplus up")
    }
    return KubernetesAPI(context: try Kubeconfig(files: [home.kubeconfig]).context())
  }
}
