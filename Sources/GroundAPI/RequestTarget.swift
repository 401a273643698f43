/// What a path of `/api/v1/…` or `/apis/GROUP/VERSION/…` names.
struct RequestTarget: Sendable {
  var resource: Resource
  /// The path's group, which for events may be another than the resource's.
  var group: String
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
    guard let plural = rest.first, rest.count <= 3, let resource = Resource.at(group: group, version: version, plural: plural),
      namespace == nil || resource.namespaced
    else { throw Self.noSuchPath }
    rest = rest.dropFirst()
    self.resource = resource
    self.group = group
    self.namespace = namespace
    name = rest.first
    subresource = rest.dropFirst().first
    if resource.namespaced, name != nil, namespace == nil { throw Self.noSuchPath }
    if let subresource, !resource.subresources.contains(where: { $0.name == subresource }) { throw Self.noSuchPath }
  }
}
