import JSONBytes
package import TimeFormat

/// A pod template that a StatefulSet or DaemonSet has had (apps/v1 `ControllerRevision`).
package struct ControllerRevision: Sendable, Hashable {
  package var namespace: String
  package var name: String
  package var uid: String
  package var controller: ObjectReference?
  /// Its place in the order of revisions. A template that comes back is given the next number, and its object keeps its age.
  package var revision: Int
  package var created: Timestamp?
  package var template: PodTemplate

  package init(
    namespace: String, name: String, uid: String = "", controller: ObjectReference? = nil, revision: Int = 0, created: Timestamp? = nil,
    template: PodTemplate = PodTemplate()
  ) {
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.controller = controller
    self.revision = revision
    self.created = created
    self.template = template
  }
}

extension ControllerRevision {
  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    self.init(namespace: "", name: "")
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try ObjectMetadata(&cursor, strings)
        namespace = metadata.namespace
        name = metadata.name
        uid = metadata.uid
        created = metadata.created
        controller = metadata.controller
      case "revision": revision = try cursor.integer()
      case "data":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          guard key == "spec" else { return }
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            if key == "template" { template = PodTemplate(json: try cursor.readText()) }
          }
        }
      default: break
      }
    }
  }
}
