import AsyncHTTPClient
import JSONBytes
import NIOCore
import NIOHTTP1
import Training

/// The operators' port of one pod, where its faults are switched.
struct OperatorPort {
  let pod: GroundWorkloads.Pod
  static let number = 8081

  /// Replaces all faults; what is not named is off.
  func set(_ faults: JSONObject) async throws { _ = try await send(.PUT, JSONValue.object(faults).jsonBytes) }

  func clear() async throws { _ = try await send(.DELETE) }

  /// The faults that are on now, in the order of their names; `none` when none is.
  func faults() async throws -> String {
    let all = try JSONValue(parsing: try await send(.GET))["faults"]?.objectValue ?? JSONObject()
    let isOn = all.filter { $0.value.boolValue != false && $0.value.doubleValue != 0 }
    return isOn.isEmpty ? "none" : isOn.map { "\($0.key) \($0.value.jsonString)" }.sorted().joined(separator: ", ")
  }

  private func send(_ method: HTTPMethod, _ body: [UInt8]? = nil) async throws -> [UInt8] {
    var request = HTTPClientRequest(url: "http://\(pod.ip):\(Self.number)/debug/faults")
    request.method = method
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
      let answer = Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
      guard (200..<300).contains(Int(response.status.code)) else {
        let said = String(decoding: answer.prefix(200), as: UTF8.self)
        throw GroundActionError("pod \(pod.name) refused to change its faults with \(response.status.code): \(said)")
      }
      return answer
    } catch let error as GroundActionError {
      throw error
    } catch let error as CancellationError {
      throw error
    } catch {
      throw GroundActionError("pod \(pod.name) does not answer on its operators' port \(pod.ip):\(Self.number): \(error)")
    }
  }
}
