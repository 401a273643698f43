/// What kubectl asks of a pod, a node or a Service that this cluster does not offer, and what to do instead.
///
/// kubectl prints the message of a `Status` whichever way it tried to open a stream: WebSocket first (1.31 and newer), then SPDY.
enum AbsentSubresources {
  private static let instead: [String: [String: String]] = [
    "pods": [
      "exec": "a container is a process of this machine, without files of its own; see what it says with kubectl logs",
      "attach": "a container has no terminal; see what it says with kubectl logs -f",
      "portforward":
        "this machine reaches pods at their own addresses, which kubectl get pods -o wide shows; connect there, to the container's port",
      "proxy": "this machine reaches pods at their own addresses, which kubectl get pods -o wide shows; connect there",
      "ephemeralcontainers": "a pod has the containers that its manifest names; see what they say with kubectl logs",
    ],
    "services": ["proxy": "this machine reaches Services at their own addresses, which kubectl get services shows; connect there"],
    "nodes": ["proxy": "its nodes are no machines and listen nowhere; see them with kubectl describe node"],
  ]

  /// What it is called where one asks for it.
  private static let words = ["portforward": "port-forward", "ephemeralcontainers": "debug, with an ephemeral container,"]

  /// The refusal; `nil` for what is offered, or known nowhere.
  static func refusal(_ resource: Resource, name: String?, subresource: String) -> APIError? {
    guard resource.group.isEmpty, let reason = instead[resource.plural]?[subresource] else { return nil }
    return APIError(
      code: 405, reason: "MethodNotAllowed",
      message: "\(words[subresource] ?? subresource) is not offered on the proving ground: \(reason)", name: name, kind: resource.plural)
  }
}
