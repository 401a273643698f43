import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSONBytes
import NIOCore
import TimeFormat

/// Answers one request: authentication, routing, and the documents that are not objects.
struct GroundAPIHandler: Sendable {
  let store: ObjectStore
  let token: String
  let logReader: (any PodLogReader)?
  let address: String

  /// Bytes; kube-apiserver's limit of a request body.
  static let bodyLimit = 3 * 1024 * 1024

  func respond(to request: Request) async -> Response {
    do {
      return try await route(request)
    } catch let error as APIError {
      return Self.failure(error)
    } catch {
      return Self.failure(.internalError("the request could not be answered: its body ended early"))
    }
  }

  private func route(_ request: Request) async throws -> Response {
    let path = request.uri.path
    let steps = path.split(separator: "/").map { QueryParameters.decoded($0, plusIsSpace: false) }
    let query = QueryParameters(request.uri.query ?? "")
    let accept = request.headers[.accept] ?? ""
    switch steps.first {
    case "healthz"?, "livez"?, "readyz"?: return Self.text("ok")
    case "version"? where steps.count == 1: return Self.json(Discovery.version)
    default: break
    }
    guard isAuthorized(request) else { throw APIError(code: 401, reason: "Unauthorized", message: "Unauthorized") }
    switch (steps.first, steps.count) {
    case (nil, _):
      return Self.json(["paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/readyz", "/version"]])
    case ("api"?, 1):
      if Representation.isAggregatedDiscovery(accept) { return aggregated(core: true) }
      return Self.json(Discovery.core(address: request.head.authority ?? address))
    case ("apis"?, 1):
      if Representation.isAggregatedDiscovery(accept) { return aggregated(core: false) }
      return Self.json(Discovery.groupList)
    case ("api"?, 2):
      guard let resources = Discovery.resources(group: "", version: steps[1]) else { throw RequestTarget.noSuchPath }
      return Self.json(resources)
    case ("apis"?, 2):
      guard let group = Discovery.group(named: steps[1]) else { throw RequestTarget.noSuchPath }
      return Self.json(group)
    case ("apis"?, 3):
      guard let resources = Discovery.resources(group: steps[1], version: steps[2]) else { throw RequestTarget.noSuchPath }
      return Self.json(resources)
    case ("openapi"?, 2) where steps[1] == "v2":
      // An empty document lets kubectl skip its client-side validation.
      return Response(status: .ok, headers: [.contentType: "application/octet-stream"], body: ResponseBody(byteBuffer: ByteBuffer()))
    case ("api"?, _):
      return try await objects(request, RequestTarget(group: "", version: steps[1], steps: Array(steps[2...])), query, accept)
    case ("apis"?, _):
      return try await objects(request, RequestTarget(group: steps[1], version: steps[2], steps: Array(steps[3...])), query, accept)
    default: throw RequestTarget.noSuchPath
    }
  }

  private func objects(_ request: Request, _ target: RequestTarget, _ query: QueryParameters, _ accept: String) async throws -> Response {
    if case .log? = target.action {
      guard request.method == .get else { throw notAllowed() }
      return try await log(request, target, query)
    }
    let representation = try Representation(accept: accept, query: query)
    let verb = try verb(request.method, target)
    switch verb {
    case .get: return try get(target, query, representation)
    case .list:
      if query.flag("watch") { return try watch(request, target, query, representation) }
      return try list(target, query, representation)
    case .create, .update, .patch, .delete, .deleteCollection:
      let bytes = try await content(of: request)
      let change = ChangeRequest(
        target: target, query: query, body: bytes, contentType: Self.mediaType(request.headers[.contentType]),
        manager: manager(request, query),
        dryRun: query["dryRun"] == "All", representation: representation)
      switch verb {
      case .create: return try create(change)
      case .update: return try update(change)
      case .patch: return try patch(change)
      case .delete: return try delete(change)
      default: return try deleteCollection(change)
      }
    }
  }

  /// The body. One that is too large is read on without being kept, for a client that sends all of it before it reads the answer.
  private func content(of request: Request) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    var count = 0
    for try await part in request.body {
      count += part.readableBytes
      if count <= Self.bodyLimit {
        bytes.append(contentsOf: part.readableBytesView)
      } else {
        bytes = []
        if count > 64 * Self.bodyLimit { break }
      }
    }
    guard count <= Self.bodyLimit else {
      throw APIError(code: 413, reason: "RequestEntityTooLarge", message: "the request body is larger than \(Self.bodyLimit) bytes")
    }
    return bytes
  }

  private enum Verb: String {
    case get, list, create, update, patch, delete
    case deleteCollection = "deletecollection"
  }

  private func verb(_ method: HTTPRequest.Method, _ target: RequestTarget) throws(APIError) -> Verb {
    let verb: Verb? =
      switch (method, target.name) {
      case (.get, nil): .list
      case (.get, _): .get
      case (.post, nil): target.resource.namespaced && target.namespace == nil ? nil : .create
      case (.post, _): target.subresource != nil ? .create : nil
      case (.put, .some): .update
      case (.patch, .some): .patch
      case (.delete, nil): .deleteCollection
      case (.delete, .some): target.subresource == nil ? .delete : nil
      default: nil
      }
    let allowed =
      target.subresource.map { target.resource.subresource($0)?.verbs ?? [] } ?? target.resource.verbs
    guard let verb, allowed.contains(verb.rawValue) else { throw notAllowed() }
    return verb
  }

  private func notAllowed() -> APIError {
    APIError(code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource")
  }

  private func aggregated(core: Bool) -> Response {
    Self.json(Discovery.aggregated(core: core), type: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
  }

  /// The whole of both texts is compared whatever differs, so that the time tells nothing of the token.
  private func isAuthorized(_ request: Request) -> Bool {
    let header = request.headers[.authorization] ?? ""
    if header.hasPrefix("Bearer ") { return matchesToken(header.dropFirst(7)) }
    // Kubeconfigs of earlier versions, which somebody may have merged into his own, carry the token in the server's URL as a
    // password, whoever the user (RFC 7617).
    guard header.hasPrefix("Basic "), let data = Data(base64Encoded: String(header.dropFirst(6))) else { return false }
    let pair = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return pair.count == 2 && matchesToken(pair[1])
  }

  private func matchesToken(_ text: some StringProtocol) -> Bool {
    let given = Array(text.utf8)
    let wanted = Array(token.utf8)
    guard given.count == wanted.count else { return false }
    return zip(given, wanted).reduce(0) { $0 | $1.0 ^ $1.1 } == 0
  }

  /// Who makes the change: the client's word for itself, else its program's name (apiserver, `managerOrUserAgent`).
  private func manager(_ request: Request, _ query: QueryParameters) -> String {
    if let given = query["fieldManager"] { return given }
    let agent = request.headers[.userAgent] ?? ""
    let name = agent.prefix { $0 != "/" && $0 != " " }
    return name.isEmpty ? "unknown" : String(name)
  }

  private static func mediaType(_ header: String?) -> String {
    String((header ?? "application/json").prefix { $0 != ";" }).trimmedSpace.lowercased()
  }

  // MARK: - Responses

  static func json(_ tree: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json") -> Response {
    Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: tree.jsonBytes)))
  }

  static func text(_ text: String) -> Response {
    Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  /// With a `Warning` header for each (RFC 7234, 5.5), which kubectl prints.
  static func warned(_ response: Response, _ warnings: [String]) -> Response {
    guard let name = HTTPField.Name("Warning") else { preconditionFailure("Warning is a valid field name") }
    var response = response
    for text in warnings {
      let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").filter { $0 != "\r" && $0 != "\n" }
      response.headers.append(HTTPField(name: name, value: "299 - \"\(quoted)\""))
    }
    return response
  }

  static func failure(_ error: APIError) -> Response {
    var response = json(error.status, status: HTTPResponse.Status(code: error.code))
    if let seconds = error.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
    if error.code == 401 { response.headers[.wwwAuthenticate] = "Bearer" }
    return response
  }
}
