import FoundationEssentials
import Hummingbird
import JSONBytes
import Kubernetes
import NIOCore
import TimeFormat

extension GroundAPIHandler {
  func get(_ target: RequestTarget, _ query: QueryParameters, _ representation: Representation) throws(APIError) -> Response {
    let name = target.name ?? ""
    guard let object = store.get(target.resource, namespace: target.namespace ?? "", name: name) else {
      throw .notFound(target.resource, name)
    }
    if case .scale? = target.action { return Self.json(Scale.of(object)) }
    return Self.json(representation.single(object, target, now: store.now()))
  }

  func list(_ target: RequestTarget, _ query: QueryParameters, _ representation: Representation) throws(APIError) -> Response {
    let (labels, fields) = try selectors(target, query)
    let found = store.list(target.resource, namespace: target.namespace, labels: labels, fields: fields)
    _ = try query.integer("timeoutSeconds")
    if let wanted = try query.resourceVersion(), wanted > found.revision {
      throw APIError(
        code: 504, reason: "Timeout", message: "Too large resource version: \(wanted), current: \(found.revision)", retryAfterSeconds: 1)
    }
    var items = found.items[...]
    var revision = found.revision
    if let token = query["continue"] {
      let position = try ContinueToken(parsing: token)
      guard position.revision >= store.oldestKnownRevision else {
        throw .expired(
          "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter."
        )
      }
      revision = position.revision
      items = items.drop { key($0) <= position.after }
    }
    var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
    if let limit = try query.integer("limit"), limit > 0, items.count > limit {
      let rest = items.count - limit
      items = items.prefix(limit)
      if let last = items.last { metadata["continue"] = .string(ContinueToken(revision: revision, after: key(last)).text) }
      if labels == .everything, fields == .everything { metadata["remainingItemCount"] = .int(Int64(rest)) }
    }
    return Self.json(representation.list(Array(items), target, metadata: metadata, now: store.now()))
  }

  private func key(_ object: JSONValue) -> ObjectStore.Key {
    ObjectStore.Key(
      namespace: object.at("metadata", "namespace")?.stringValue ?? "", name: object.at("metadata", "name")?.stringValue ?? "")
  }

  func selectors(_ target: RequestTarget, _ query: QueryParameters) throws(APIError) -> (LabelSelector, FieldSelector) {
    let labels: LabelSelector
    do throws(SelectorError) {
      labels = try query["labelSelector"].map { (text) throws(SelectorError) in try LabelSelector(parsing: text) } ?? .everything
    } catch {
      throw .badRequest(error.message)
    }
    var fields =
      try query["fieldSelector"].map { (text) throws(APIError) in
        try FieldSelector(parsing: target.alias?.stored(fields: text) ?? text, for: target.resource)
      } ?? .everything
    if let name = target.name { fields.terms.append(.init(path: ["metadata", "name"], value: name, equal: true)) }
    return (labels, fields)
  }

  // MARK: - Watch

  /// Each can hold back as many events as a slow client may have: their number bounds the memory.
  private static let mostWatches = 1000

  func watch(_ request: Request, _ target: RequestTarget, _ query: QueryParameters, _ representation: Representation) throws(APIError)
    -> Response
  {
    let (labels, fields) = try selectors(target, query)
    let allowsBookmarks = query.flag("allowWatchBookmarks")
    let since = try query.resourceVersion() ?? 0
    let sendsInitial = query.flag("sendInitialEvents")
    if sendsInitial, query["resourceVersionMatch"] != "NotOlderThan" {
      throw APIError(
        code: 422, reason: "Invalid",
        message:
          "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
      )
    }
    // 0 is as none, as for a real API server.
    let seconds = try query.integer("timeoutSeconds").flatMap { $0 == 0 ? nil : $0 } ?? Int.random(in: 1800...3600)
    guard store.watchCount < Self.mostWatches else {
      throw APIError(
        code: 429, reason: "TooManyRequests",
        message: "too many watches: \(Self.mostWatches) are open; close some, and try again", retryAfterSeconds: 5)
    }
    let isFromStart = sendsInitial || since == 0 && query["sendInitialEvents"] != "false"
    let watch: Watch
    do throws(APIError) {
      if !isFromStart, since > store.revision { throw .expired("too large resource version: \(since), current: \(store.revision)") }
      watch = try store.watch(
        target.resource, namespace: target.namespace, labels: labels, fields: fields, since: isFromStart ? nil : since,
        bookmarkInitial: sendsInitial && allowsBookmarks)
    } catch {
      guard error.code == 410 else { throw error }
      // A watch that starts too early is answered in the stream, as the real server does.
      return Self.json(["type": "ERROR", "object": error.status])
    }
    let store = store
    let body = request.body
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody { writer in
        // The writer is moved between closures of one task; nothing else sees it.
        var output = writer
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            let clock = ContinuousClock()
            let end = clock.now + .seconds(seconds)
            while clock.now < end {
              let next = allowsBookmarks ? min(end, clock.now + .seconds(30)) : end
              try await clock.sleep(until: next)
              if allowsBookmarks, clock.now < end { store.bookmark(watch, resource: target.resource) }
            }
            watch.cancel()
          }
          defer { watch.cancel() }
          try await body.consumeWithInboundCloseHandler { _ in
            var isFirst = true
            for await event in watch.events {
              if event.change == .bookmark, !allowsBookmarks { continue }
              let line = Self.line(event, target, representation, now: store.now(), definitions: isFirst)
              isFirst = false
              try await output.write(ByteBuffer(bytes: line))
              if watch.lostEvents {
                let error: JSONValue = ["type": "ERROR", "object": APIError.expired("the watch fell behind and lost events").status]
                try await output.write(ByteBuffer(bytes: error.jsonBytes + [0x0A]))
                break
              }
            }
          } onInboundClosed: {
            watch.cancel()
          }
          group.cancelAll()
        }
        try await output.finish(nil)
      })
  }

  private static func line(
    _ event: WatchEvent, _ target: RequestTarget, _ representation: Representation, now: Timestamp, definitions: Bool
  ) -> [UInt8] {
    let object: JSONValue
    if event.change == .bookmark {
      object =
        switch representation {
        case .table(let include):
          Table(resource: target.resource, include: include).table(
            [], metadata: event.object["metadata"] ?? [:], now: now, definitions: definitions)
        case .plain, .metadata: event.object
        }
    } else {
      object = representation.single(event.object, target, now: now, definitions: definitions)
    }
    var writer = JSONWriter(reserving: 2048)
    writer.object {
      $0.member("type", event.change.rawValue)
      $0.member("object", object)
    }
    return writer.bytes + [0x0A]
  }
}

/// Where a paged list goes on.
struct ContinueToken {
  var revision: Int64
  var after: ObjectStore.Key

  init(revision: Int64, after: ObjectStore.Key) {
    self.revision = revision
    self.after = after
  }

  init(parsing text: String) throws(APIError) {
    guard let data = Data(base64Encoded: text), let tree = try? JSONValue(parsing: Array(data)), let revision = tree["rv"]?.intValue,
      let name = tree["name"]?.stringValue
    else { throw .badRequest("invalid continue token: continue key is not valid: it was not given by this server") }
    self.revision = revision
    after = ObjectStore.Key(namespace: tree["namespace"]?.stringValue ?? "", name: name)
  }

  var text: String {
    let tree: JSONValue = ["rv": .int(revision), "namespace": .string(after.namespace), "name": .string(after.name)]
    return Data(tree.jsonBytes).base64EncodedString()
  }
}

/// The `scale` subresource (autoscaling/v1).
enum Scale {
  static func of(_ object: JSONValue) -> JSONValue {
    var metadata: JSONValue = [:]
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] { metadata[field] = object.at("metadata", field) }
    var status: JSONValue = ["replicas": object.at("status", "replicas") ?? 0]
    if let selector = Cell.selector(object.at("spec", "selector")).stringValue, selector != "<none>" {
      status["selector"] = .string(selector)
    }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
      "spec": ["replicas": object.at("spec", "replicas") ?? 0], "status": status,
    ]
  }
}
