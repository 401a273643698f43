import Hummingbird
import JSONBytes
import NIOCore
import ServiceLifecycle
import TimeFormat

extension GroundAPIHandler {
  /// `GET …/pods/NAME/log`.
  func log(_ request: Request, _ target: RequestTarget, _ query: QueryParameters) async throws -> Response {
    let name = target.name ?? ""
    guard let pod = store.get(.pods, namespace: target.namespace ?? "", name: name) else { throw APIError.notFound(.pods, name) }
    guard let logReader else {
      throw APIError(code: 503, reason: "ServiceUnavailable", message: "this cluster's node agent does not run: no logs can be read")
    }
    let wanted = try logRequest(pod, query)
    let chunks = try await logReader.log(wanted)
    let body = request.body
    return Response(
      status: .ok, headers: [.contentType: "text/plain"],
      body: ResponseBody { writer in
        var output = writer
        try await body.consumeWithCancellationOnInboundClose { _ in
          for try await chunk in chunks.cancelOnGracefulShutdown() { try await output.write(ByteBuffer(bytes: chunk)) }
        }
        try await output.finish(nil)
      })
  }

  private func logRequest(_ pod: JSONValue, _ query: QueryParameters) throws(APIError) -> PodLogRequest {
    let name = pod.at("metadata", "name")?.stringValue ?? ""
    let containers = ["containers", "initContainers"].flatMap { list in
      (pod.at("spec", list)?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }
    let container: String
    if let given = query["container"] {
      container = given
    } else if let marked = pod.at("metadata", "annotations", "kubectl.kubernetes.io/default-container")?.stringValue {
      container = marked
    } else if containers.count == 1 {
      container = containers[0]
    } else {
      throw .badRequest("a container name must be specified for pod \(name), choose one of: [\(containers.joined(separator: " "))]")
    }
    guard containers.contains(container) else { throw .badRequest("container \(container) is not valid for pod \(name)") }
    guard let node = pod.at("spec", "nodeName")?.stringValue, !node.isEmpty else {
      throw .badRequest("pod \(name) does not have a host assigned")
    }
    let isPrevious = query.flag("previous")
    let statuses = ["containerStatuses", "initContainerStatuses"].flatMap { pod.at("status", $0)?.arrayValue ?? [] }
    let status = statuses.first { $0["name"]?.stringValue == container }
    if isPrevious, status?.at("lastState", "terminated") == nil {
      throw .badRequest("previous terminated container \"\(container)\" in pod \"\(name)\" not found")
    }
    if !isPrevious, status?.at("lastState", "terminated") == nil,
      status == nil || status?.at("state", "waiting") != nil
    {
      let reason = status?.at("state", "waiting", "reason")?.stringValue ?? "ContainerCreating"
      throw .badRequest("container \"\(container)\" in pod \"\(name)\" is waiting to start: \(reason)")
    }
    var since: Timestamp?
    if let text = query["sinceTime"] {
      guard let moment = Timestamp(rfc3339: text) else { throw .badRequest("sinceTime=\(text) is not an RFC 3339 time") }
      since = moment
    }
    if let seconds = try query.integer("sinceSeconds") { since = store.now() - .seconds(seconds) }
    return PodLogRequest(
      namespace: pod.at("metadata", "namespace")?.stringValue ?? "", pod: name, podUID: pod.at("metadata", "uid")?.stringValue ?? "",
      node: node, container: container, follow: query.flag("follow"), previous: isPrevious,
      isWaiting: status?.at("state", "waiting") != nil, tailLines: try query.integer("tailLines"),
      since: since, timestamps: query.flag("timestamps"), limitBytes: try query.integer("limitBytes"))
  }
}
