package import Application
package import JSONBytes
import Kubernetes
package import KubernetesClient
package import Training

/// Where clients reach the services of an application on a cluster.
package struct AppAddresses {
  private let app: AppProfile
  private let api: KubernetesAPI

  package init(_ app: AppProfile, api: KubernetesAPI) {
    self.app = app
    self.api = api
  }

  /// `http://127.x.y.z:8080` by service name, of those that are there.
  ///
  /// - Throws: ``ActionError`` when none of the profile's services is there.
  package func urls() async throws -> [String: String] {
    let objects: [JSONValue]
    do {
      objects = try await api.listAll("\(ResourceType.services.root)/namespaces/\(app.namespace)/services")
    } catch let error as KubernetesError {
      throw ActionError("the proving ground does not respond (\(error)); periplus status shows more, periplus up starts it")
    }
    return try Self.urls(app, objects)
  }

  package static func urls(_ app: AppProfile, _ objects: [JSONValue]) throws(ActionError) -> [String: String] {
    var urls: [String: String] = [:]
    let wanted = app.services.filter { $0.port != nil }
    for object in objects {
      guard let service = wanted.first(where: { $0.name == object.at("metadata", "name")?.stringValue }), let port = service.port,
        let address = object.at("spec", "clusterIP")?.stringValue
      else { continue }
      urls[service.name] = "http://\(address):\(port)"
    }
    guard !urls.isEmpty else {
      throw ActionError(
        "the namespace \(app.namespace) has none of the services of the app profile \(app.name) "
          + "(\(wanted.map(\.name).joined(separator: ", "))); periplus up deploys the application, --app FILE names another profile")
    }
    return urls
  }
}
