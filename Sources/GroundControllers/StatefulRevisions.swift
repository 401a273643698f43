import JSONBytes
import Kubernetes

/// The templates of a StatefulSet, the present one and those before it, as `ControllerRevision`s
/// (kubernetes, pkg/controller/history).
struct StatefulRevisions {
  /// The revision that the pods have, until a rollout is complete.
  let current: String
  /// The revision of the present template.
  let update: String
  private let templates: [String: JSONValue]
  private(set) var writes: [Write] = []

  /// - Parameter inUse: pods whose revisions are kept.
  init(_ set: JSONValue, _ revisions: [JSONValue], inUse pods: [JSONValue]) {
    let template = set.at("spec", "template") ?? [:]
    let revisions = revisions.filter { !$0.isTerminating }.sorted { $0.int("revision") < $1.int("revision") }
    var templates: [String: JSONValue] = [:]
    for revision in revisions {
      var stored = revision.at("data", "spec", "template") ?? [:]
      stored["$patch"] = nil
      templates[revision.name] = stored
    }
    let next = (revisions.last?.int("revision") ?? 0) + 1
    if let same = revisions.last(where: { templates[$0.name] == template }) {
      update = same.name
      // A template that came back is the newest again (`rollout undo`).
      if same.name != revisions.last?.name {
        writes.append(
          .patch(
            resource: .controllerRevisions, of: Reference(same), subresource: nil, merge: ["revision": .int(Int64(next))], version: nil))
      }
    } else {
      var collision = 0
      var name = "\(set.name)-\(TemplateHash.of(template))"
      while templates[name] != nil {
        collision += 1
        name = "\(set.name)-\(TemplateHash.of(template, collision: collision))"
      }
      update = name
      templates[name] = template
      writes.append(.create(resource: .controllerRevisions, object: Self.revision(name, next, template, of: set), announce: nil))
    }
    let known = set.at("status", "currentRevision")?.stringValue
    current = known.flatMap { templates[$0] == nil ? nil : $0 } ?? update
    self.templates = templates
    let live = Set(pods.map(\.revision) + [current, update])
    let idle = revisions.filter { !live.contains($0.name) }
    let limit = set.at("spec", "revisionHistoryLimit")?.integer(in: IntegerRange.count) ?? 10
    for old in idle.prefix(max(0, idle.count - limit)) {
      writes.append(.delete(resource: .controllerRevisions, of: Reference(old), grace: nil, announce: nil))
    }
  }

  /// `nil` for a revision that is not known any more.
  func template(of revision: String) -> JSONValue? { templates[revision] }

  private static func revision(_ name: String, _ number: Int, _ template: JSONValue, of set: JSONValue) -> JSONValue {
    var patch = template
    patch["$patch"] = "replace"
    var labels = template.at("metadata", "labels") ?? [:]
    labels["controller.kubernetes.io/hash"] = .string(String(name.dropFirst(set.name.count + 1)))
    return [
      "apiVersion": "apps/v1", "kind": "ControllerRevision",
      "metadata": [
        "name": .string(name), "namespace": .string(set.namespace), "labels": labels, "ownerReferences": [set.controllerReference()],
      ],
      "data": ["spec": ["template": patch]], "revision": .int(Int64(number)),
    ]
  }
}
