package import JSONBytes

/// A refusal of the API, which clients see as a `Status` object (apimachinery, `metav1.Status`).
package struct APIError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One thing that is wrong, and where (`metav1.StatusCause`).
  package struct Cause: Sendable, Hashable {
    package var reason: String
    package var message: String
    package var field: String

    package init(reason: String, message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  /// HTTP status code.
  package var code: Int
  /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired`, … as in `metav1.StatusReason`.
  package var reason: String
  package var message: String
  package var name: String?
  package var group: String?
  package var kind: String?
  package var uid: String?
  package var causes: [Cause]
  package var retryAfterSeconds: Int?

  package init(
    code: Int, reason: String, message: String, name: String? = nil, group: String? = nil, kind: String? = nil, causes: [Cause] = [],
    retryAfterSeconds: Int? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.name = name
    self.group = group
    self.kind = kind
    self.causes = causes
    self.retryAfterSeconds = retryAfterSeconds
  }

  package var description: String { message }
  package var isNotFound: Bool { reason == "NotFound" }
  package var isConflict: Bool { reason == "Conflict" }
  package var isAlreadyExists: Bool { reason == "AlreadyExists" }

  /// The `Status` object.
  package var status: JSONValue {
    var status: JSONValue = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message), "reason": .string(reason),
    ]
    var details: JSONValue = [:]
    if let name { details["name"] = .string(name) }
    if let group, !group.isEmpty { details["group"] = .string(group) }
    if let kind { details["kind"] = .string(kind) }
    if let uid { details["uid"] = .string(uid) }
    if !causes.isEmpty {
      details["causes"] = .array(
        causes.map { ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)] })
    }
    if let retryAfterSeconds { details["retryAfterSeconds"] = .int(Int64(retryAfterSeconds)) }
    if details.objectValue?.isEmpty == false { status["details"] = details }
    status["code"] = .int(Int64(code))
    return status
  }
}

extension APIError {
  static func notFound(_ resource: Resource, _ name: String) -> APIError {
    APIError(
      code: 404, reason: "NotFound", message: "\(resource.id) \"\(name)\" not found", name: name, group: resource.group,
      kind: resource.plural)
  }

  static func alreadyExists(_ resource: Resource, _ name: String) -> APIError {
    APIError(
      code: 409, reason: "AlreadyExists", message: "\(resource.id) \"\(name)\" already exists", name: name, group: resource.group,
      kind: resource.plural)
  }

  static func conflict(_ resource: Resource, _ name: String, _ why: String) -> APIError {
    APIError(
      code: 409, reason: "Conflict", message: "Operation cannot be fulfilled on \(resource.id) \"\(name)\": \(why)", name: name,
      group: resource.group, kind: resource.plural)
  }

  static func stale(_ resource: Resource, _ name: String) -> APIError {
    conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again")
  }

  static func badRequest(_ message: String) -> APIError { APIError(code: 400, reason: "BadRequest", message: message) }

  static func internalError(_ message: String) -> APIError { APIError(code: 500, reason: "InternalError", message: message) }

  static func expired(_ message: String) -> APIError { APIError(code: 410, reason: "Expired", message: message) }

  static func forbidden(_ resource: Resource, _ name: String, _ why: String) -> APIError {
    APIError(
      code: 403, reason: "Forbidden", message: "\(resource.id) \"\(name)\" is forbidden: \(why)", name: name, group: resource.group,
      kind: resource.plural)
  }

  static func invalid(_ resource: Resource, _ name: String, _ causes: [Cause]) -> APIError {
    let texts = causes.map { "\($0.field): \($0.message)" }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let kind = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
    return APIError(
      code: 422, reason: "Invalid", message: "\(kind) \"\(name)\" is invalid: \(list)", name: name, group: resource.group,
      kind: resource.kind, causes: causes)
  }
}
