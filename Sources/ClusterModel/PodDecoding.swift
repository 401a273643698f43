import JSONBytes
import Kubernetes
import TimeFormat

extension Pod {
  /// - Parameter isOfWatch: the bytes are one change, and not part of a list.
  init(_ cursor: inout JSONCursor, _ strings: StringTable, isOfWatch: Bool) throws(JSONError) {
    var metadata = ObjectMetadata()
    self.init(namespace: "", name: "", uid: "")
    var specs: [Container] = []
    var initSpecs: [Container] = []
    var statuses: [Container] = []
    var initStatuses: [Container] = []
    try cursor.readObject { (key, cursor) throws(JSONError) in
      switch key {
      case "metadata": metadata = try ObjectMetadata(&cursor, strings)
      case "spec":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "nodeName": node = strings.intern(try cursor.text())
          case "priority": priority = try cursor.integer()
          case "restartPolicy": restartPolicy = try cursor.text()
          case "overhead":
            let amounts = try cursor.amounts()
            overhead = ResourceAmounts(milliCPU: amounts.milliCPU ?? 0, memory: amounts.memory ?? 0)
          case "resources":
            try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
              if key == "requests" { (requestMilliCPU, requestMemory) = try cursor.amounts() }
            }
          case "containers": specs = try Container.specs(&cursor, strings)
          case "initContainers": initSpecs = try Container.specs(&cursor, strings)
          default: break
          }
        }
      case "status":
        try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
          switch key {
          case "phase": phase = try cursor.text()
          case "reason": reason = strings.intern(try cursor.text())
          case "message": message = MessageWords.oneLine(try cursor.text())
          case "podIP": ip = try cursor.text()
          case "startTime": started = try cursor.time()
          case "conditions": conditions = try cursor.conditions(strings)
          case "containerStatuses": statuses = try Container.statuses(&cursor, strings)
          case "initContainerStatuses": initStatuses = try Container.statuses(&cursor, strings)
          default: break
          }
        }
      default: break
      }
    }
    namespace = metadata.namespace
    name = metadata.name
    uid = metadata.uid
    created = metadata.created
    deletionTimestamp = metadata.deletionTimestamp
    deletionGraceSeconds = metadata.deletionGraceSeconds
    labels = metadata.labels
    controller = metadata.controller
    if conditions.isTrue("DisruptionTarget"), var managed = metadata.managed {
      disruptedBy = try managed.manager(ofCondition: "DisruptionTarget", strings)
    }
    if isOfWatch, var managed = metadata.managed { stored = try managed.latestChange() }
    containers = Container.join(specs, statuses)
    initContainers = Container.join(initSpecs, initStatuses)
  }
}

extension JSONCursor {
  /// `cpu` in millicores and `memory` in bytes; `nil` for what is not named.
  fileprivate mutating func amounts() throws(JSONError) -> (milliCPU: Int64?, memory: Int64?) {
    var milliCPU: Int64?
    var memory: Int64?
    try objectIfPresent { (key, cursor) throws(JSONError) in
      switch key {
      case "cpu": milliCPU = Quantity(try cursor.quantityText())?.milliValue
      case "memory": memory = Quantity(try cursor.quantityText())?.value
      default: break
      }
    }
    return (milliCPU, memory)
  }
}

extension Container {
  static func specs(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) -> [Container] {
    var containers: [Container] = []
    try cursor.arrayIfPresent { (cursor) throws(JSONError) in
      var container = Container(name: "")
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        switch key {
        case "name": container.name = strings.intern(try cursor.text())
        case "image": container.image = strings.intern(try cursor.text())
        case "restartPolicy": container.isSidecar = try cursor.text() == "Always"
        case "resources":
          try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
            switch key {
            case "limits": (container.limitMilliCPU, container.limitMemory) = try cursor.amounts()
            case "requests": (container.requestMilliCPU, container.requestMemory) = try cursor.amounts()
            default: break
            }
          }
        default: break
        }
      }
      containers.append(container)
    }
    return containers
  }

  static func statuses(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) -> [Container] {
    var containers: [Container] = []
    try cursor.arrayIfPresent { (cursor) throws(JSONError) in
      var container = Container(name: "")
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        switch key {
        case "name": container.name = strings.intern(try cursor.text())
        case "ready": container.isReady = try cursor.flag()
        case "restartCount": container.restartCount = try cursor.countIfPresent() ?? 0
        case "state": container.state = try state(&cursor, strings) ?? .waiting(reason: "", message: "")
        case "lastState":
          if case .terminated(let termination)? = try state(&cursor, strings) { container.lastTermination = termination }
        default: break
        }
      }
      containers.append(container)
    }
    return containers
  }

  private static func state(_ cursor: inout JSONCursor, _ strings: StringTable) throws(JSONError) -> State? {
    var state: State?
    try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
      let kind: Int =
        switch key {
        case "waiting": 0
        case "running": 1
        case "terminated": 2
        default: -1
        }
      guard kind >= 0 else { return }
      var end = Termination(reason: "", exitCode: 0)
      try cursor.objectIfPresent { (key, cursor) throws(JSONError) in
        switch key {
        case "reason": end.reason = strings.intern(try cursor.text())
        case "message": end.message = MessageWords.oneLine(try cursor.text())
        case "exitCode": end.exitCode = try cursor.integer()
        case "startedAt": end.started = try cursor.time()
        case "finishedAt": end.finished = try cursor.time()
        default: break
        }
      }
      state =
        switch kind {
        case 0: .waiting(reason: end.reason, message: end.message)
        case 1: .running(since: end.started)
        default: .terminated(end)
        }
    }
    return state
  }

  /// Joins what the spec wants with what the status says, in the spec's order.
  static func join(_ specs: [Container], _ statuses: [Container]) -> [Container] {
    var joined = specs
    for index in joined.indices {
      guard let status = statuses.first(where: { $0.name == joined[index].name }) else { continue }
      joined[index].isReady = status.isReady
      joined[index].restartCount = status.restartCount
      joined[index].state = status.state
      joined[index].lastTermination = status.lastTermination
    }
    for status in statuses where !joined.contains(where: { $0.name == status.name }) { joined.append(status) }
    return joined
  }
}
