import JSONBytes
import Kubernetes
import TimeFormat

extension Namespace {
  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    var metadata = ObjectMetadata()
    try cursor.readObject { (key, cursor) throws(JSONError) in
      if key == "metadata" { metadata = try ObjectMetadata(&cursor, strings) }
    }
    self.init(name: metadata.name, uid: metadata.uid, created: metadata.created, deletionTimestamp: metadata.deletionTimestamp)
  }
}

extension Node {
  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    self.init(name: "")
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try ObjectMetadata(&cursor, strings, changesOf: .specField("f:unschedulable"))
        name = metadata.name
        uid = metadata.uid
        created = metadata.created
        unschedulableChange = metadata.lastChange
        stamp = metadata.lastStamp
      case "spec":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "unschedulable": isUnschedulable = try cursor.flag()
          case "taints":
            try cursor.arrayIfPresent { (cursor) throws(JSONError) in
              var taint = Taint(key: "", effect: "")
              try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
                switch key {
                case "key": taint.key = strings.intern(try cursor.text())
                case "value": taint.value = strings.intern(try cursor.text())
                case "effect": taint.effect = strings.intern(try cursor.text())
                case "timeAdded": taint.timeAdded = try cursor.time()
                default: break
                }
              }
              taints.append(taint)
            }
          default: break
          }
        }
      case "status":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "conditions": conditions = try cursor.conditions(strings)
          case "allocatable":
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              switch key {
              case "cpu": allocatableMilliCPU = Quantity(try cursor.quantityText())?.milliValue ?? 0
              case "memory": allocatableMemory = Quantity(try cursor.quantityText())?.value ?? 0
              case "pods": allocatablePods = Quantity(try cursor.quantityText())?.value.map { Int(Int32(clamping: $0)) } ?? 0
              default: break
              }
            }
          case "nodeInfo":
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              if key == "kubeletVersion" { kubeletVersion = try cursor.text() }
            }
          default: break
          }
        }
      default: break
      }
    }
  }
}

extension Service {
  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    self.init(namespace: "", name: "")
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try ObjectMetadata(&cursor, strings)
        namespace = metadata.namespace
        name = metadata.name
      case "spec":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "clusterIP": clusterIP = try cursor.text()
          case "ports":
            try cursor.arrayIfPresent { (cursor) throws(JSONError) in
              try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
                if key == "port" { ports.append(try cursor.integer()) }
              }
            }
          default: break
          }
        }
      default: break
      }
    }
  }
}

extension EndpointSlice {
  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    self.init(namespace: "", name: "", uid: "", service: "", endpoints: [])
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try ObjectMetadata(&cursor, strings)
        namespace = metadata.namespace
        name = metadata.name
        uid = metadata.uid
        service = metadata.labels["kubernetes.io/service-name"] ?? ""
      case "endpoints":
        try cursor.arrayIfPresent { (cursor) throws(JSONError) in
          // An absent `ready` means ready (discovery/v1).
          var endpoint = Endpoint(address: "", isReady: true, isServing: true, isTerminating: false, podUID: "")
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            switch key {
            case "addresses":
              try cursor.arrayIfPresent { (cursor) throws(JSONError) in
                let address = try cursor.text()
                if endpoint.address.isEmpty { endpoint.address = address }
              }
            case "conditions":
              try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
                switch key {
                case "ready": endpoint.isReady = try cursor.readBoolIfPresent() ?? true
                case "serving": endpoint.isServing = try cursor.readBoolIfPresent() ?? true
                case "terminating": endpoint.isTerminating = try cursor.flag()
                default: break
                }
              }
            case "targetRef":
              try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
                if key == "uid" { endpoint.podUID = try cursor.text() }
              }
            default: break
            }
          }
          endpoints.append(endpoint)
        }
      default: break
      }
    }
  }
}

extension ClusterEvent {
  /// core/v1 events carry `count` and `lastTimestamp`; those of events.k8s.io/v1 `eventTime` and `series`.
  init(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) {
    self.init(
      uid: "", namespace: "", object: ObjectReference(kind: "", namespace: "", name: ""), type: "", reason: "", message: "")
    var created: Timestamp?
    var eventTime: Timestamp?
    var seriesLast: Timestamp?
    var reporter = ""
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try ObjectMetadata(&cursor, strings)
        uid = metadata.uid
        namespace = metadata.namespace
        created = metadata.created
      case "involvedObject", "regarding":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "kind": object.kind = strings.intern(try cursor.text())
          case "namespace": object.namespace = strings.intern(try cursor.text())
          case "name": object.name = strings.intern(try cursor.text())
          case "uid": object.uid = strings.intern(try cursor.text())
          case "fieldPath": container = Self.container(inFieldPath: try cursor.text())
          default: break
          }
        }
      case "type": type = strings.intern(try cursor.text())
      case "reason": reason = strings.intern(try cursor.text())
      case "message", "note": message = strings.intern(MessageWords.event(try cursor.text()))
      case "count", "deprecatedCount": count = max(count, try cursor.countIfPresent() ?? 0)
      case "firstTimestamp", "deprecatedFirstTimestamp": first = try cursor.time() ?? first
      case "lastTimestamp", "deprecatedLastTimestamp": last = try cursor.time() ?? last
      case "eventTime": eventTime = try cursor.time()
      case "series":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "count": count = max(count, try cursor.countIfPresent() ?? 0)
          case "lastObservedTime": seriesLast = try cursor.time()
          default: break
          }
        }
      case "source":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          if key == "component" { source = strings.intern(try cursor.text()) }
        }
      case "reportingComponent", "reportingController": reporter = strings.intern(try cursor.text())
      default: break
      }
    }
    if source.isEmpty { source = reporter }
    first = first ?? eventTime ?? created
    last = seriesLast ?? last ?? eventTime ?? first
  }

  /// `spec.containers{api}` → `api`.
  private static func container(inFieldPath path: String) -> String {
    guard let open = path.lastIndex(of: "{"), path.last == "}" else { return "" }
    return String(path[path.index(after: open)...].dropLast())
  }
}
