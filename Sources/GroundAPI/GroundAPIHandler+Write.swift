import HTTPTypes
import Hummingbird
import JSONBytes
import Kubernetes

/// A request that changes something.
struct ChangeRequest: Sendable {
  var target: RequestTarget
  var query: QueryParameters
  var body: [UInt8]
  var contentType: String
  var manager: String
  var dryRun: Bool
  var representation: Representation

  func tree() throws(APIError) -> JSONValue {
    if contentType == Protobuf.mediaType { return try Protobuf.object(body, group: target.alias?.group ?? target.resource.group) }
    guard
      ["application/json", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"]
        .contains(contentType)
    else {
      throw APIError(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: application/json; got \(contentType)")
    }
    do {
      return try JSONValue(parsing: body)
    } catch {
      throw .badRequest("the body of the request is not JSON: \(error)")
    }
  }

  /// An object of a client, and what it is to be warned of.
  struct Taken {
    var object: JSONValue
    var warnings: [String] = []
  }

  /// The body as an object that fits the path.
  func object() throws(APIError) -> Taken {
    let body = try tree()
    guard body.objectValue != nil else { throw .badRequest("the body of the request is not a JSON object") }
    let taken = try take(body, group: target.alias?.group ?? target.resource.group)
    return Taken(object: try fitted(taken.object), warnings: taken.warnings)
  }

  /// An object with the fields that the API knows. Strict throws 400 where there were others, and where the object that is changed had
  /// none of them.
  func take(_ object: JSONValue, group: String, changing old: JSONValue? = nil) throws(APIError) -> Taken {
    let kind = target.resource.kind
    let message = FieldTable.message(group: group, kind: kind)
    let validation = try FieldValidation(query)
    var decoding: ObjectDecoding
    do throws(APIError) {
      decoding = try ObjectDecoding(object, message)
    } catch {
      throw .badRequest("\(kind) in version \"\(target.resource.version)\" cannot be handled as a \(kind): \(error.message)")
    }
    var problems = decoding.problems
    if !problems.isEmpty, let old {
      let known = Set((try? ObjectDecoding(old, message))?.problems ?? [])
      problems.removeAll { known.contains($0) }
    }
    switch validation {
    case .ignore: return Taken(object: decoding.object)
    case .warn: return Taken(object: decoding.object, warnings: problems)
    case .strict:
      guard !problems.isEmpty else { return Taken(object: decoding.object) }
      throw .badRequest(
        "\(kind) in version \"\(target.resource.version)\" cannot be handled as a \(kind): strict decoding error: "
          + problems.joined(separator: ", "))
    }
  }

  private func fitted(_ body: JSONValue) throws(APIError) -> JSONValue {
    var object = body
    if let alias = target.alias { object = alias.stored(object, of: target.resource) }
    if let kind = object["kind"]?.stringValue, kind != target.resource.kind {
      throw .badRequest("the kind in the data (\(kind)) does not match the expected kind (\(target.resource.kind))")
    }
    if let version = object["apiVersion"]?.stringValue, version != target.resource.apiVersion {
      throw .badRequest(
        "the API version in the data (\(version)) does not match the expected API version (\(target.resource.apiVersion))")
    }
    if let namespace = target.namespace {
      if let given = object.at("metadata", "namespace")?.stringValue, !given.isEmpty, given != namespace {
        throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
      }
      object.set("metadata", "namespace", to: .string(namespace))
    }
    if let name = target.name {
      if let given = object.at("metadata", "name")?.stringValue, !given.isEmpty, given != name {
        throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
      }
      object.set("metadata", "name", to: .string(name))
    }
    return object
  }
}

extension GroundAPIHandler {
  func create(_ change: ChangeRequest) throws(APIError) -> Response {
    let target = change.target
    if case .post(let carryOut)? = target.action {
      let body = try change.tree()
      let options = body["deleteOptions"] ?? [:]
      try carryOut(
        store,
        SubresourcePost(
          namespace: target.namespace ?? "", name: target.name ?? "", body: body, options: deleteOptions(options, change.query),
          manager: change.manager, dryRun: change.dryRun || Self.asksDryRun(options)))
      return success(.created)
    }
    let taken = try change.object()
    let object = try store.create(target.resource, taken.object, by: change.manager, dryRun: change.dryRun)
    return Self.warned(Self.json(change.representation.single(object, target, now: store.now()), status: .created), taken.warnings)
  }

  func update(_ change: ChangeRequest) throws(APIError) -> Response {
    let target = change.target
    if case .scale? = target.action { return try scale(change) { (_) throws(APIError) in try change.tree() } }
    let taken = try change.object()
    let object = try store.replace(
      target.resource, taken.object, subresource: target.subresource, by: change.manager, dryRun: change.dryRun)
    return Self.warned(Self.json(change.representation.single(object, target, now: store.now())), taken.warnings)
  }

  func patch(_ change: ChangeRequest) throws(APIError) -> Response {
    let target = change.target
    if change.contentType == "application/apply-patch+yaml" || change.contentType == "application/apply-patch+cbor" {
      throw APIError(
        code: 415, reason: "UnsupportedMediaType",
        message:
          "this cluster has no server-side apply (\(change.contentType)): use client-side apply, or a JSON, merge or strategic merge patch")
    }
    let body = try change.tree()
    if case .scale? = target.action {
      return try scale(change) { (scale) throws(APIError) in try self.patched(scale, body, change) }
    }
    for _ in 0..<32 {
      guard let old = store.get(target.resource, namespace: target.namespace ?? "", name: target.name ?? "") else {
        throw .notFound(target.resource, target.name ?? "")
      }
      let taken = try change.take(try patched(old, body, change), group: target.resource.group, changing: old)
      var new = taken.object
      let given = body.at("metadata", "resourceVersion")?.stringValue
      new.set("metadata", "name", to: old.at("metadata", "name"))
      new.set("metadata", "namespace", to: old.at("metadata", "namespace"))
      do {
        let stored = try store.replace(
          target.resource, new, subresource: target.subresource, by: change.manager, operation: "Update", dryRun: change.dryRun)
        return Self.warned(Self.json(change.representation.single(stored, target, now: store.now())), taken.warnings)
      } catch  where error.isConflict && given == nil {
        continue
      }
    }
    throw .stale(target.resource, target.name ?? "")
  }

  private func patched(_ object: JSONValue, _ body: JSONValue, _ change: ChangeRequest) throws(APIError) -> JSONValue {
    switch change.contentType {
    case "application/json-patch+json": try JSONPatch.apply(body, to: object)
    case "application/merge-patch+json": MergePatch.apply(body, to: object)
    case "application/strategic-merge-patch+json": try StrategicMerge.apply(body, to: object, of: change.target.resource)
    default:
      throw APIError(
        code: 415, reason: "UnsupportedMediaType",
        message:
          "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json; got \(change.contentType)"
      )
    }
  }

  private func scale(_ change: ChangeRequest, _ new: (JSONValue) throws(APIError) -> JSONValue) throws(APIError) -> Response {
    let target = change.target
    let stored = try store.update(
      target.resource, namespace: target.namespace ?? "", name: target.name ?? "", subresource: "scale", by: change.manager,
      dryRun: change.dryRun
    ) { (object) throws(APIError) in
      let wanted = try new(Scale.of(object))
      if let version = wanted.at("metadata", "resourceVersion")?.stringValue, !version.isEmpty,
        version != object.at("metadata", "resourceVersion")?.stringValue
      {
        var refusal = APIError.stale(target.resource, target.name ?? "")
        refusal.reason = "Conflict"
        throw refusal
      }
      guard let replicas = wanted.at("spec", "replicas")?.intValue, (0...Int64(Int32.max)).contains(replicas) else {
        throw .invalid(
          target.resource, target.name ?? "",
          [
            Validation.invalid(
              "spec.replicas", wanted.at("spec", "replicas")?.jsonString ?? "null", "must be between 0 and 2147483647")
          ])
      }
      object.set("spec", "replicas", to: .int(replicas))
    }
    return Self.json(Scale.of(stored))
  }

  func delete(_ change: ChangeRequest) throws(APIError) -> Response {
    let target = change.target
    let body: JSONValue = change.body.isEmpty ? [:] : try change.tree()
    let options = try deleteOptions(body, change.query)
    let dryRun = change.dryRun || Self.asksDryRun(body)
    let object = try store.delete(
      target.resource, namespace: target.namespace ?? "", name: target.name ?? "", options: options, by: change.manager, dryRun: dryRun)
    let isGone = store.get(target.resource, namespace: target.namespace ?? "", name: target.name ?? "") == nil
    if isGone, !target.resource.definition.onDelete.answersWithObject {
      var details: JSONValue = ["name": .string(target.name ?? "")]
      if !target.resource.group.isEmpty { details["group"] = .string(target.resource.group) }
      details["kind"] = .string(target.resource.plural)
      details["uid"] = object.at("metadata", "uid")
      return Self.json(["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details])
    }
    return Self.json(change.representation.single(object, target, now: store.now()))
  }

  /// `kubectl` says it in the options of a deletion, and not only in the query.
  private static func asksDryRun(_ options: JSONValue?) -> Bool { (options?["dryRun"]?.arrayValue ?? []).contains("All") }

  func deleteCollection(_ change: ChangeRequest) throws(APIError) -> Response {
    let target = change.target
    let (labels, fields) = try selectors(target, change.query)
    let body: JSONValue = change.body.isEmpty ? [:] : try change.tree()
    let options = try deleteOptions(body, change.query)
    let found = store.list(target.resource, namespace: target.namespace, labels: labels, fields: fields)
    var deleted: [JSONValue] = []
    for object in found.items {
      do {
        deleted.append(
          try store.delete(
            target.resource, namespace: object.at("metadata", "namespace")?.stringValue ?? "",
            name: object.at("metadata", "name")?.stringValue ?? "", options: options, by: change.manager,
            dryRun: change.dryRun || Self.asksDryRun(body)))
      } catch  where error.isNotFound {
        continue
      }
    }
    return Self.json(
      change.representation.list(deleted, target, metadata: ["resourceVersion": .string(String(found.revision))], now: store.now()))
  }

  private func deleteOptions(_ body: JSONValue, _ query: QueryParameters) throws(APIError) -> DeleteOptions {
    var options = DeleteOptions()
    if let seconds = body["gracePeriodSeconds"], !seconds.isNull {
      guard let number = seconds.intValue, IntegerRange.count.contains(Int(clamping: number)) else {
        throw APIError(
          code: 422, reason: "Invalid",
          message:
            "DeleteOptions.meta.k8s.io \"\" is invalid: gracePeriodSeconds: Invalid value: \(seconds.jsonString): must be a whole number from 0 to 2147483647"
        )
      }
      options.gracePeriodSeconds = Int(number)
    } else {
      options.gracePeriodSeconds = try query.integer("gracePeriodSeconds")
    }
    if let policy = body["propagationPolicy"]?.stringValue ?? query["propagationPolicy"] {
      guard let known = DeleteOptions.Propagation(rawValue: policy) else {
        throw APIError(
          code: 422, reason: "Invalid",
          message:
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"\(policy)\": supported values: \"Foreground\", \"Background\", \"Orphan\""
        )
      }
      options.propagation = known
    } else if body["orphanDependents"]?.boolValue == true || query["orphanDependents"] == "true" {
      options.propagation = .orphan
    }
    options.uid = body.at("preconditions", "uid")?.stringValue
    options.resourceVersion = body.at("preconditions", "resourceVersion")?.stringValue
    return options
  }

  private func success(_ status: HTTPResponse.Status) -> Response {
    Self.json(
      ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": .int(Int64(status.code))], status: status)
  }
}
