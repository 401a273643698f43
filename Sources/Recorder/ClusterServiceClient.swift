import AsyncHTTPClient
package import Checks
package import ClusterModel
import NIOCore
import NIOHTTP1
import TimeFormat

/// Reaches a cluster's services at their cluster addresses: what a client inside the cluster sees. In the proving ground these
/// are loopback addresses, so that it works from the host too.
package struct ClusterServiceClient: ServiceClient {
  private let cluster: any ClusterSource

  package init(cluster: any ClusterSource) { self.cluster = cluster }

  package func send(_ request: ServiceRequest) async throws -> ServiceResponse {
    let services = cluster.current().services
    guard let service = services.first(where: { $0.namespace == request.namespace && $0.name == request.service }) else {
      throw ServiceClientError(
        "\(request.display) cannot be sent: there is no service \(request.service) in \(request.namespace); "
          + "does the app profile (--app FILE) describe what runs there?")
    }
    guard service.clusterIP.hasPrefix("127.") else {
      throw ServiceClientError("\(request.display) cannot be sent from here: \(service.clusterIP) is an address inside the cluster")
    }
    var outgoing = HTTPClientRequest(url: "http://\(service.clusterIP):\(request.port)\(request.path)")
    outgoing.method = HTTPMethod(rawValue: request.method)
    for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
    if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
    do {
      let response = try await HTTPClient.shared.execute(outgoing, timeout: .nanoseconds(request.timeout.nanoseconds))
      let body = try await response.body.collect(upTo: 1 << 22)
      return ServiceResponse(
        status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: Array(body.readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ServiceClientError("\(request.display) was not answered within \(request.timeout.brief): \(error)")
    }
  }
}
