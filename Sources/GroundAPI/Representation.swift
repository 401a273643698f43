import JSONBytes
import TimeFormat

/// The form in which a client wants objects (content negotiation of `Accept`).
enum Representation: Sendable {
  case plain
  case table(TableObject)
  case metadata

  init(accept: String, query: QueryParameters) throws(APIError) {
    var isAcceptable = accept.isEmpty
    for range in accept.split(separator: ",") {
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let type = parts.first, ["application/json", "*/*", "application/*"].contains(type) else { continue }
      isAcceptable = true
      if parts.contains("as=Table") {
        guard parts.contains("g=meta.k8s.io") else { continue }
        self = .table(TableObject(rawValue: query["includeObject"] ?? "Metadata") ?? .metadata)
        return
      }
      if parts.contains("as=PartialObjectMetadata") || parts.contains("as=PartialObjectMetadataList") {
        self = .metadata
        return
      }
      break
    }
    guard isAcceptable else {
      throw APIError(
        code: 406, reason: "NotAcceptable", message: "only the following media types are accepted: application/json, not \(accept)")
    }
    self = .plain
  }

  static func isAggregatedDiscovery(_ accept: String) -> Bool {
    accept.split(separator: ",").first.map { $0.contains("as=APIGroupDiscoveryList") && $0.contains("v=v2") && !$0.contains("v2beta1") }
      ?? false
  }

  func single(_ object: JSONValue, _ target: RequestTarget, now: Timestamp, definitions: Bool = true) -> JSONValue {
    switch self {
    case .plain: return target.shown(object)
    case .table(let include):
      var metadata: JSONValue = [:]
      metadata["resourceVersion"] = object.at("metadata", "resourceVersion")
      return Table(resource: target.resource, include: include).table(
        [object], metadata: metadata, now: now, definitions: definitions)
    case .metadata:
      return ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"] ?? [:]]
    }
  }

  func list(_ objects: [JSONValue], _ target: RequestTarget, metadata: JSONValue, now: Timestamp) -> JSONValue {
    switch self {
    case .plain:
      let items = objects.map { object -> JSONValue in
        var object = target.shown(object)
        object["kind"] = nil
        object["apiVersion"] = nil
        return object
      }
      return [
        "kind": .string("\(target.resource.kind)List"), "apiVersion": .string(target.apiVersion), "metadata": metadata,
        "items": .array(items),
      ]
    case .table(let include): return Table(resource: target.resource, include: include).table(objects, metadata: metadata, now: now)
    case .metadata:
      return [
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "items": .array(objects.map { ["metadata": $0["metadata"] ?? [:]] }),
      ]
    }
  }
}
