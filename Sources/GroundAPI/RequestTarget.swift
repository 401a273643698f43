import JSONBytes

/// What a path of `/api/v1/…` or `/apis/GROUP/VERSION/…` names.
struct RequestTarget: Sendable {
  var resource: Resource
  /// The second group by which the path names the resource.
  var alias: ResourceAlias?
  /// `nil`: all namespaces, or a cluster-wide resource.
  var namespace: String?
  var name: String?
  var subresource: String?

  static let noSuchPath = APIError(code: 404, reason: "NotFound", message: "the server could not find the requested resource")

  /// - Parameter steps: the decoded path after `/api/v1` or `/apis/GROUP/VERSION`.
  init(group: String, version: String, steps: [String]) throws(APIError) {
    var rest = steps[...]
    var namespace: String?
    if rest.count >= 3, rest.first == "namespaces", !(group.isEmpty && rest.count == 3 && ["status", "finalize"].contains(rest[2])) {
      namespace = rest[1]
      rest = rest.dropFirst(2)
    }
    if let plural = rest.first, let refusal = AbsentKinds.refusal(group: group, plural: plural) { throw refusal }
    guard let plural = rest.first, rest.count <= 3, let found = ResourceDefinitions.at(group: group, version: version, plural: plural),
      namespace == nil || found.resource.namespaced
    else { throw Self.noSuchPath }
    rest = rest.dropFirst()
    resource = found.resource
    alias = found.alias
    self.namespace = namespace
    name = rest.first
    subresource = rest.dropFirst().first
    if resource.namespaced, name != nil, namespace == nil { throw Self.noSuchPath }
    if let subresource, resource.subresource(subresource) == nil {
      throw AbsentSubresources.refusal(resource, name: name, subresource: subresource) ?? Self.noSuchPath
    }
  }

  /// As the path's group names it.
  var apiVersion: String { alias?.apiVersion ?? resource.apiVersion }

  /// What the request does to a subresource; `nil` when it names the object itself.
  var action: Resource.Subresource.Action? { subresource.flatMap { resource.subresource($0)?.action } }

  /// A stored object in the form of the path's group.
  func shown(_ object: JSONValue) -> JSONValue { alias?.shown(object) ?? object }
}
