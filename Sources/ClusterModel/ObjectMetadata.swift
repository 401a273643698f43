import JSONBytes
import Kubernetes
import TimeFormat

/// Equal strings of many objects share one storage: names of nodes, labels, images repeat thousands of times.
package final class StringTable {
  private var strings: Set<String> = []

  package init() {}

  func intern(_ text: String) -> String {
    // Up to 15 bytes a string has no storage to share.
    if text.utf8.count <= 15 { return text }
    if strings.count > 100_000 { strings.removeAll() }
    return strings.insert(text).memberAfterInsert
  }
}

/// What is read of an object's `metadata`.
struct ObjectMetadata {
  var name = ""
  var namespace = ""
  var uid = ""
  var resourceVersion = ""
  var generation = 0
  var created: Timestamp?
  var deletionTimestamp: Timestamp?
  var deletionGraceSeconds: Int?
  var labels: [String: String] = [:]
  var revision = ""
  var earlierRevisions: [Int] = []
  var templateGeneration = 0
  var controller: ObjectReference?
  var lastChange: Workload.Change?
  var templateChanges: [Workload.Change] = []
  var scaled: Workload.ReplicasOwner?
  /// Something of the spec was changed without a time: servers write none for the subresource `scale`.
  var hasUntimedChange = false
  /// The latest time in `managedFields`, of the status too.
  var lastStamp: Timestamp?
  /// What the Deployment wanted in all when its controller last set this ReplicaSet's count.
  var desiredReplicas: Int?
  var isInitialEventsEnd = false
  /// Where `managedFields` stands, when it was not read; for as long as the bytes are there.
  var managed: JSONCursor?

  /// Of what `managedFields` tells the last change.
  enum Changes {
    case none
    /// Any field of the spec.
    case spec
    /// One field of the spec, as `fieldsV1` writes it: `f:unschedulable`.
    case specField(String)
  }

  init() {}

  init(_ cursor: inout JSONCursor, _ strings: StringTable, changesOf changes: Changes = .none) throws(JSONError) {
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "name": name = try cursor.text()
      case "namespace": namespace = strings.intern(try cursor.text())
      case "uid": uid = try cursor.text()
      case "resourceVersion": resourceVersion = try cursor.text()
      case "generation": generation = try cursor.integer()
      case "creationTimestamp": created = try cursor.time()
      case "deletionTimestamp": deletionTimestamp = try cursor.time()
      case "deletionGracePeriodSeconds": deletionGraceSeconds = try cursor.countIfPresent()
      case "labels": labels = try cursor.stringMap(strings)
      case "annotations":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "deployment.kubernetes.io/revision": revision = try cursor.text()
          case "deployment.kubernetes.io/revision-history":
            earlierRevisions = try cursor.text().split(separator: ",").compactMap { boundedInteger($0, in: IntegerRange.count) }
          case "deployment.kubernetes.io/desired-replicas": desiredReplicas = boundedInteger(try cursor.text(), in: IntegerRange.count)
          case "deprecated.daemonset.template.generation":
            templateGeneration = boundedInteger(try cursor.text(), in: IntegerRange.count) ?? 0
          case "k8s.io/initial-events-end": isInitialEventsEnd = try cursor.text() == "true"
          default: break
          }
        }
      case "ownerReferences":
        try cursor.arrayIfPresent { (cursor) throws(JSONError) in
          var owner = ObjectReference(kind: "", namespace: "", name: "")
          var isController = false
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            switch key {
            case "kind": owner.kind = strings.intern(try cursor.text())
            case "name": owner.name = strings.intern(try cursor.text())
            case "uid": owner.uid = strings.intern(try cursor.text())
            case "controller": isController = try cursor.readBoolIfPresent() ?? false
            default: break
            }
          }
          if isController { controller = owner }
        }
      case "managedFields":
        if case .none = changes {
          managed = cursor
          break
        }
        try cursor.arrayIfPresent { (cursor) throws(JSONError) in
          let entry = try ManagedEntry(&cursor, strings)
          if let at = entry.change.at { lastStamp = max(lastStamp ?? at, at) }
          take(entry, of: changes)
        }
      default: break
      }
    }
    controller?.namespace = namespace
  }

  /// A rollout or a scaling changes `spec`, so an entry of `managedFields` counts when it has fields there and is not of the status.
  private mutating func take(_ entry: ManagedEntry, of changes: Changes) {
    guard entry.subresource != "status" else { return }
    if case .specField(let field) = changes {
      guard entry.specFields.contains(field) else { return }
    } else {
      guard entry.ownsSpec else { return }
      if entry.specFields.contains("f:template") { templateChanges.append(entry.change) }
      let isSubresource = entry.subresource == "scale"
      // Of several owners the subresource `scale` wins: it writes nothing else.
      if entry.specFields.contains("f:replicas"), isSubresource || scaled?.isSubresource != true {
        scaled = .init(manager: entry.change.manager, at: isSubresource ? entry.change.at : nil, isSubresource: isSubresource)
      }
    }
    if entry.change.at == nil { hasUntimedChange = true }
    if (entry.change.at ?? Timestamp(nanoseconds: 0)) >= (lastChange?.at ?? Timestamp(nanoseconds: 0)) { lastChange = entry.change }
  }
}

/// An entry of `managedFields`: who owns which fields of the spec.
private struct ManagedEntry {
  var change = Workload.Change(manager: "", at: nil, operation: "")
  var subresource = ""
  var ownsSpec = false
  /// Those of the first level that are asked for, as `fieldsV1` writes them: `f:template`.
  var specFields: [String] = []

  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
      switch key {
      case "manager": change.manager = strings.intern(try cursor.text())
      case "operation": change.operation = try cursor.text()
      case "time": change.at = try cursor.time()
      case "subresource": subresource = try cursor.text()
      case "fieldsV1":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          guard key == "f:spec" else { return }
          ownsSpec = true
          try cursor.objectIfPresent { (key, _) throws(JSONError) in specFields.append(key.string) }
        }
      default: break
      }
    }
  }
}

extension JSONCursor {
  /// The manager that owns a condition of the status, at the start of `managedFields`; empty when no entry names it.
  mutating func manager(ofCondition type: String, _ strings: StringTable) throws(JSONError) -> String {
    var found = ""
    let field = "k:{\"type\":\"\(type)\"}"
    try arrayIfPresent { (cursor) throws(JSONError) in
      var manager = ""
      var isOwner = false
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        switch key {
        case "manager": manager = strings.intern(try cursor.text())
        case "fieldsV1":
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            guard key == "f:status" else { return }
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              guard key == "f:conditions" else { return }
              try cursor.objectIfPresent { (key, _) throws(JSONError) in if key.string == field { isOwner = true } }
            }
          }
        default: break
        }
      }
      if isOwner { found = manager }
    }
    return found
  }

  /// The latest time of a change, at the start of `managedFields`.
  mutating func latestChange() throws(JSONError) -> Timestamp? {
    var latest: Timestamp?
    try arrayIfPresent { (cursor) throws(JSONError) in
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        if key == "time", let at = try cursor.time() { latest = max(latest ?? at, at) }
      }
    }
    return latest
  }

  /// A string, or empty for anything else.
  mutating func text() throws(JSONError) -> String { try readStringIfPresent() ?? "" }

  /// As an `int32`, what nearly every number of the API is: no sum of such can overflow, whatever a server says.
  mutating func integer() throws(JSONError) -> Int { try integerIfPresent(in: IntegerRange.int32) ?? 0 }

  /// As an `int32` that counts something; `nil` for what is no whole number.
  mutating func countIfPresent() throws(JSONError) -> Int? { try integerIfPresent(in: IntegerRange.count) }

  private mutating func integerIfPresent(in range: ClosedRange<Int>) throws(JSONError) -> Int? {
    guard try peek() == .number else {
      try skipValue()
      return nil
    }
    return try readNumber().integer(in: range)
  }

  mutating func flag() throws(JSONError) -> Bool { try readBoolIfPresent() ?? false }

  mutating func time() throws(JSONError) -> Timestamp? {
    guard let text = try readStringIfPresent() else { return nil }
    return Timestamp(rfc3339: text)
  }

  /// Reads an object; anything else (servers write `null` for empty) is skipped.
  mutating func objectIfPresent(_ member: (JSONKey, inout JSONCursor) throws(JSONError) -> Void) throws(JSONError) {
    if try peek() == .object { try readObject(member) } else { try skipValue() }
  }

  mutating func arrayIfPresent(_ element: (inout JSONCursor) throws(JSONError) -> Void) throws(JSONError) {
    if try peek() == .array { try readArray(element) } else { try skipValue() }
  }

  mutating func stringMap(_ strings: StringTable) throws(JSONError) -> [String: String] {
    var map: [String: String] = [:]
    try objectIfPresent { (key, cursor) throws(JSONError) in
      map[strings.intern(key.string)] = strings.intern(try cursor.text())
    }
    return map
  }

  /// A quantity is a string, but YAML writers leave a bare number.
  mutating func quantityText() throws(JSONError) -> String {
    guard try peek() == .number else { return try text() }
    return switch try readNumber() {
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    default: ""
    }
  }

  mutating func conditions(_ strings: StringTable) throws(JSONError) -> [Condition] {
    var conditions: [Condition] = []
    try arrayIfPresent { (cursor) throws(JSONError) in
      var condition = Condition(type: "", status: "")
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        switch key {
        case "type": condition.type = strings.intern(try cursor.text())
        case "status": condition.status = try cursor.text()
        case "reason": condition.reason = strings.intern(try cursor.text())
        case "message": condition.message = strings.intern(MessageWords.oneLine(try cursor.text()))
        case "lastTransitionTime": condition.lastTransition = try cursor.time()
        default: break
        }
      }
      conditions.append(condition)
    }
    return conditions
  }
}
