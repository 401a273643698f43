import JSONBytes
import Kubernetes
import TimeFormat

extension Workload {
  init(_ kind: WorkloadKind, _ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    self.init(reference: ObjectReference(kind: kind.name, namespace: "", name: ""))
    var metadata = ObjectMetadata()
    var fields = WorkloadFields()
    desired = kind.isCountedInStatus ? 0 : 1
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata": metadata = try ObjectMetadata(&cursor, strings, changesOf: .spec)
      case "spec":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "replicas": desired = try cursor.countIfPresent() ?? 1
          case "completions": fields.completions = try cursor.countIfPresent()
          case "parallelism": fields.parallelism = try cursor.countIfPresent()
          case "backoffLimit": backoffLimit = try cursor.countIfPresent() ?? 6
          case "jobTemplate":
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              guard key == "spec" else { return }
              try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
                if key == "template" { try readTemplate(&cursor, strings) }
              }
            }
          case "paused", "suspend": isPaused = try cursor.flag()
          case "selector":
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              if key == "matchLabels" { selector = try cursor.stringMap(strings) }
            }
          case "strategy", "updateStrategy": try readStrategy(&cursor)
          case "ordinals":
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              if key == "start" { ordinalStart = try cursor.countIfPresent() ?? 0 }
            }
          case "template":
            var copy = cursor
            let text = try copy.readText()
            templateDigest = text.hashValue
            // Of what rolls out revisions, each revision keeps the template.
            if kind.isRevision { template = PodTemplate(json: text) }
            try readTemplate(&cursor, strings)
          default: break
          }
        }
      case "status": try readStatus(&cursor, strings)
      default: break
      }
    }
    reference = ObjectReference(kind: kind.name, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid)
    controller = metadata.controller
    labels = metadata.labels
    revision = metadata.revision
    generation = metadata.generation
    templateGeneration = metadata.templateGeneration
    created = metadata.created
    deletionTimestamp = metadata.deletionTimestamp
    lastChange = metadata.lastChange
    templateChanges = metadata.templateChanges
    scaled = metadata.scaled
    earlierRevisions = metadata.earlierRevisions
    stamp = metadata.lastStamp
    specStamp = metadata.hasUntimedChange ? nil : metadata.lastChange?.at
    ownersDesired = metadata.desiredReplicas
    kind.finish(&self, fields)
  }

  private mutating func readStrategy(_ cursor: inout JSONCursor) throws(JSONError) {
    try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
      switch key {
      case "type": updateStrategy = try cursor.text()
      case "rollingUpdate":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          if key == "partition" { partition = try cursor.countIfPresent() ?? 0 }
        }
      default: break
      }
    }
  }

  private mutating func readTemplate(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
      guard key == "spec" else { return }
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        guard key == "containers" else { return }
        images = try Container.specs(&cursor, strings).map(\.image)
        image = images.first ?? ""
      }
    }
  }

  private mutating func readStatus(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
      switch key {
      case "replicas", "currentNumberScheduled", "active": current = try cursor.countIfPresent() ?? 0
      case "readyReplicas", "numberReady": ready = try cursor.countIfPresent() ?? 0
      case "updatedReplicas", "updatedNumberScheduled": updated = try cursor.countIfPresent() ?? 0
      case "availableReplicas", "numberAvailable": available = try cursor.countIfPresent() ?? 0
      case "desiredNumberScheduled": desired = try cursor.countIfPresent() ?? 0
      case "observedGeneration": observedGeneration = try cursor.integer()
      case "updateRevision": updateRevision = try cursor.text()
      case "succeeded": succeeded = try cursor.countIfPresent() ?? 0
      case "failed": failed = try cursor.countIfPresent() ?? 0
      case "conditions": conditions = try cursor.conditions(strings)
      default: break
      }
    }
  }
}
