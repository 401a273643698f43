package import Application
import AsyncHTTPClient
package import JSONBytes
package import KubernetesClient
import Load
import NIOCore
import NIOHTTP1
package import Training

/// The cluster that may be acted on, over its API, and its pods at their own addresses.
package struct KubernetesGround: GroundPort {
  private let api: KubernetesAPI

  package init(api: KubernetesAPI) { self.api = api }

  package func get(_ path: String) async throws -> JSONValue? {
    do {
      return try await api.get(path)
    } catch let error as KubernetesError where error.kind == .notFound {
      return nil
    } catch let error as KubernetesError {
      throw refused(error)
    }
  }

  package func list(_ path: String, labels: [String: String]) async throws -> [JSONValue] {
    let selector = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    do {
      return try await api.listAll(path, query: selector.isEmpty ? [] : [("labelSelector", selector)])
    } catch let error as KubernetesError {
      throw refused(error)
    }
  }

  package func delete(_ path: String) async throws -> Bool {
    do {
      try await api.delete(path)
      return true
    } catch let error as KubernetesError where error.kind == .notFound {
      return false
    } catch let error as KubernetesError {
      throw refused(error)
    }
  }

  package func patch(_ path: String, _ change: JSONValue) async throws {
    do {
      _ = try await api.patch(path, change)
    } catch let error as KubernetesError {
      throw refused(error)
    }
  }

  package func ask(_ address: String, port: Int, method: String, path: String, body: JSONValue?) async throws -> PodAnswer {
    var request = HTTPClientRequest(url: "http://\(address):\(port)\(path)")
    request.method = HTTPMethod(rawValue: method)
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body.jsonBytes))
    }
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
      return PodAnswer(
        status: Int(response.status.code), body: Array(try await response.body.collect(upTo: 1 << 20).readableBytesView))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ActionError("the pod at \(address) does not respond on port \(port): \(error)")
    }
  }

  package func traffic(_ app: AppProfile, requests: Int) async throws -> TrafficDone {
    let urls = try await AppAddresses(app, api: api).urls()
    do throws(TrafficError) {
      let generator = try TrafficGenerator(TrafficOptions(profile: app, services: urls, requests: requests, concurrency: 4))
      let summary = await generator.run()
      return TrafficDone(
        sent: summary.sent, failed: summary.failed, firstFailure: summary.failures.first.map { "\($0.what), with: \($0.reason)" })
    } catch {
      throw ActionError(error.description)
    }
  }

  private func refused(_ error: KubernetesError) -> ActionError {
    ActionError("the proving ground refused the change: \(error); periplus status shows more")
  }
}
