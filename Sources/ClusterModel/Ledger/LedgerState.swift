package import JSONBytes
import Kubernetes
package import TimeFormat

/// The ledger's facts as JSON, so that it goes on after a restart where it stood.
extension LedgerEngine {
  private static let version: Int64 = 1

  package func state() -> JSONValue {
    var state = head
    state["controllerDeletes"] = .object(
      JSONObject(controllerDeletes.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: Self.json($0.value)) }))
    state["pods"] = .array(pods.values.sorted { $0.uid < $1.uid }.map(\.json))
    state["workloads"] = .array(workloads.values.sorted { $0.reference.uid < $1.reference.uid }.map(\.json))
    state["told"] = .array(emitted.values.sorted { $0.key < $1.key }.map(\.memory))
    state["availability"] = .object(JSONObject(availability.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value.memory) }))
    state["nodes"] = .array(nodes.values.sorted { $0.name < $1.name }.map(\.json))
    state["events"] = .object(JSONObject(events.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: Self.json($0.value)) }))
    return state
  }

  static func json(_ times: [Timestamp]) -> JSONValue { .array(times.map { .int($0.nanoseconds) }) }
  static func json(_ events: [EventFact]) -> JSONValue { .array(events.map(\.json)) }

  /// What is small, and changes with every delta.
  var head: JSONValue {
    [
      "version": .int(Self.version), "cluster": .string(cluster), "now": .int(now.nanoseconds),
      "sights": .int(Int64(sights)),
      "clock": [.int(clock.offset.nanoseconds), .int(clock.latest.nanoseconds)],
      "progress": .object(
        JSONObject(
          progress.sorted { $0.key < $1.key }.map {
            .init(key: $0.key, value: [.int($0.value.stamp.nanoseconds), .int($0.value.lateness.nanoseconds)])
          })),
      "namespaceEnds": .object(
        JSONObject(namespaceEnds.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .int($0.value.nanoseconds)) })),
      "heard": .object(
        JSONObject(
          heard.sorted { $0.key.rawValue < $1.key.rawValue }.map { .init(key: $0.key.rawValue, value: .int($0.value.nanoseconds)) })),
      "measured": measuredState,
    ]
  }

  /// Goes on from a saved state; `nil` when it is of another version or cluster. The time since it was saved is a gap that ``resume(at:)``
  /// declares; the next lists show what happened in it.
  package init?(cluster: String, restoring state: JSONValue) {
    guard state["version"]?.intValue == Self.version, state["cluster"]?.stringValue == cluster, let now = state["now"]?.time
    else { return nil }
    self.init(cluster: cluster)
    self.now = now
    sights = state.number("sights")
    for value in state["pods"]?.arrayValue ?? [] {
      guard let fact = PodFact(value) else { return nil }
      pods[fact.uid] = fact
    }
    for value in state["workloads"]?.arrayValue ?? [] {
      guard let fact = WorkloadFact(value) else { return nil }
      workloads[fact.reference.uid] = fact
    }
    for value in state["nodes"]?.arrayValue ?? [] {
      guard let fact = NodeFact(value) else { return nil }
      nodes[fact.name] = fact
    }
    for member in state["namespaceEnds"]?.objectValue ?? [:] { namespaceEnds[member.key] = member.value.time }
    for member in state["events"]?.objectValue ?? [:] { events[member.key] = member.value.arrayValue?.compactMap(EventFact.init) }
    for member in state["heard"]?.objectValue ?? [:] {
      guard let resource = ClusterResource(rawValue: member.key) else { continue }
      heard[resource] = member.value.time
      resumed.insert(resource)
    }
    for member in state["controllerDeletes"]?.objectValue ?? [:] {
      controllerDeletes[member.key] = (member.value.arrayValue ?? []).compactMap(\.time)
    }
    for member in state["progress"]?.objectValue ?? [:] {
      guard let stamp = member.value[0]?.time else { continue }
      progress[member.key] = WatchProgress(stamp: stamp, lateness: .nanoseconds(member.value[1]?.intValue ?? 0))
    }
    if let offset = state["clock"]?[0]?.intValue, let latest = state["clock"]?[1]?.time {
      clock = ServerClock(offset: .nanoseconds(offset), latest: latest)
    }
    for value in state["told"]?.arrayValue ?? [] {
      guard let entry = Reschedule(memory: value) else { return nil }
      emitted[entry.key] = entry
    }
    restoreMeasured(state["measured"], state["availability"])
    index()
  }

  /// Declares the time since pods were last watched as not seen. The list that comes next says how long it was and, under the same
  /// start, declares it again.
  package mutating func resume(at moment: Timestamp) -> LedgerOutput {
    let from = heard[.pods] ?? now
    let moment = clock.time(moment)
    guard moment > from else { return LedgerOutput() }
    var output = LedgerOutput()
    output.gaps.append(LedgerGap(cluster: cluster, from: from, to: moment, reason: Self.away))
    return output
  }
}

extension JSONValue {
  fileprivate var time: Timestamp? { intValue.map { Timestamp(nanoseconds: $0) } }
  fileprivate var intervals: [OpenInterval] {
    (arrayValue ?? []).compactMap { pair in pair[0]?.time.map { OpenInterval(from: $0, to: pair[1]?.time) } }
  }
  fileprivate func text(_ key: String) -> String { self[key]?.stringValue ?? "" }
  /// What is stored may have been damaged: no sum of such numbers overflows.
  fileprivate func number(_ key: String) -> Int { self[key]?.storedNumber ?? 0 }
  fileprivate var storedNumber: Int? { integer(in: -(1 << 53)...(1 << 53)) }
  fileprivate func strings(_ key: String) -> [String] { (self[key]?.arrayValue ?? []).compactMap(\.stringValue) }

  fileprivate static func time(_ moment: Timestamp?) -> JSONValue { moment.map { .int($0.nanoseconds) } ?? .null }
  fileprivate static func intervals(_ intervals: [OpenInterval]) -> JSONValue {
    .array(intervals.map { [.int($0.from.nanoseconds), .time($0.to)] })
  }
  fileprivate static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

  /// Without the members that say nothing.
  fileprivate var compact: JSONValue {
    guard case .object(let object) = self else { return self }
    return .object(
      JSONObject(object.filter { $0.value != .null && $0.value != "" && $0.value != 0 && $0.value != false && $0.value != [] }))
  }
}

extension ObjectReference {
  fileprivate var json: JSONValue { [.string(kind), .string(namespace), .string(name), .string(uid)] }

  fileprivate init?(_ value: JSONValue?) {
    guard let parts = value?.arrayValue?.compactMap(\.stringValue), parts.count == 4 else { return nil }
    self.init(kind: parts[0], namespace: parts[1], name: parts[2], uid: parts[3])
  }
}

extension Container.Termination {
  fileprivate var json: JSONValue {
    let value: JSONValue = [
      "reason": .string(reason), "exitCode": .int(Int64(exitCode)), "started": .time(started), "finished": .time(finished),
      "message": .string(message),
    ]
    return value.compact
  }

  fileprivate init?(_ value: JSONValue?) {
    guard let value, value.objectValue != nil else { return nil }
    self.init(
      reason: value.text("reason"), exitCode: value.number("exitCode"), started: value["started"]?.time, finished: value["finished"]?.time,
      message: value.text("message"))
  }
}

extension PodFact.Run {
  fileprivate var json: JSONValue {
    let value: JSONValue = [
      "container": .string(container), "count": .int(Int64(count)), "end": end?.json ?? .null, "seen": .time(seen),
      "isSidecar": .bool(isSidecar),
    ]
    return value.compact
  }

  fileprivate init?(_ value: JSONValue?) {
    guard let value, let seen = value["seen"]?.time else { return nil }
    self.init(
      container: value.text("container"), count: value.number("count"), end: .init(value["end"]), seen: seen,
      isSidecar: value["isSidecar"]?.boolValue ?? false)
  }
}

extension PodFact {
  var json: JSONValue {
    var value: JSONValue = [
      "uid": .string(uid), "namespace": .string(namespace), "name": .string(name), "node": .string(node),
      "controller": controller?.json ?? .null, "hash": .string(hash), "templateGeneration": .int(Int64(templateGeneration)),
      "completionIndex": .string(completionIndex), "restartPolicy": .string(restartPolicy), "created": .time(created),
      "isBaseline": .bool(isBaseline), "readinessSince": .time(readinessSince), "isSilent": .bool(isSilent), "order": .int(Int64(order)),
      "endOrder": .int(Int64(endOrder)),
      "cameInList": .bool(cameInList),
      "endedInList": .bool(endedInList), "ready": .intervals(readyIntervals), "runs": .array(runs.map(\.json)),
      "statusReason": .string(statusReason), "statusMessage": .string(statusMessage), "phase": .string(phase),
      "deletionRequested": .time(deletionRequested), "terminalAt": .time(terminalAt), "goneAt": .time(goneAt),
      "vanishedAfter": .time(vanishedAfter), "exit": exit?.json ?? .null, "told": .strings(told.sorted()),
      "successor": successor.map { .string($0) } ?? .null, "predecessor": predecessor.map { .string($0) } ?? .null,
      "hasNoSuccessor": .bool(hasNoSuccessor), "isOldAddition": .bool(isOldAddition),
    ]
    if let disruption {
      value["disruption"] = [
        "reason": .string(disruption.reason), "message": .string(disruption.message), "at": .time(disruption.at),
        "by": .string(disruption.manager),
      ]
    }
    if let frozen {
      value["frozen"] = [
        "cause": .string(frozen.cause.rawValue), "confidence": .double(frozen.confidence), "evidence": .strings(frozen.evidence),
        "isCleanUp": .bool(frozen.isCleanUp),
      ]
    }
    value["containers"] = .array(
      containers.sorted { $0.key < $1.key }.map { name, fact in
        let part: JSONValue = [
          "name": .string(name), "count": .int(Int64(fact.count)), "image": .string(fact.image), "lastEnd": fact.lastEnd?.json ?? .null,
          "lastEndSeen": .time(fact.lastEndSeen), "startedRun": fact.startedRun.map { .int(Int64($0)) } ?? .null,
        ]
        return part
      })
    return value.compact
  }

  fileprivate init?(_ value: JSONValue) {
    guard let created = value["created"]?.time else { return nil }
    self.init(
      uid: value.text("uid"), namespace: value.text("namespace"), name: value.text("name"), created: created,
      isBaseline: value["isBaseline"]?.boolValue ?? false)
    readinessSince = value["readinessSince"]?.time
    node = value.text("node")
    controller = ObjectReference(value["controller"])
    hash = value.text("hash")
    templateGeneration = value.number("templateGeneration")
    completionIndex = value.text("completionIndex")
    restartPolicy = value.text("restartPolicy")
    isSilent = value["isSilent"]?.boolValue ?? false
    order = value.number("order")
    endOrder = value.number("endOrder")
    cameInList = value["cameInList"]?.boolValue ?? false
    endedInList = value["endedInList"]?.boolValue ?? false
    readyIntervals = value["ready"]?.intervals ?? []
    runs = (value["runs"]?.arrayValue ?? []).compactMap { Run($0) }
    statusReason = value.text("statusReason")
    statusMessage = value.text("statusMessage")
    phase = value.text("phase")
    deletionRequested = value["deletionRequested"]?.time
    terminalAt = value["terminalAt"]?.time
    goneAt = value["goneAt"]?.time
    vanishedAfter = value["vanishedAfter"]?.time
    exit = Run(value["exit"])
    told = Set(value.strings("told"))
    successor = value["successor"]?.stringValue
    predecessor = value["predecessor"]?.stringValue
    hasNoSuccessor = value["hasNoSuccessor"]?.boolValue ?? false
    isOldAddition = value["isOldAddition"]?.boolValue ?? false
    if let part = value["disruption"], let at = part["at"]?.time {
      disruption = Disruption(reason: part.text("reason"), message: part.text("message"), at: at, manager: part.text("by"))
    }
    if let part = value["frozen"], let cause = Reschedule.Cause(rawValue: part.text("cause")) {
      frozen = FrozenCause(
        cause: cause, confidence: part["confidence"]?.doubleValue ?? 0, evidence: part.strings("evidence"),
        isCleanUp: part["isCleanUp"]?.boolValue ?? false)
    }
    for part in value["containers"]?.arrayValue ?? [] {
      containers[part.text("name")] = ContainerFact(
        count: part.number("count"), image: part.text("image"), lastEnd: .init(part["lastEnd"]),
        lastEndSeen: part["lastEndSeen"]?.time,
        startedRun: part["startedRun"]?.intValue.map { Int(clamping: $0) })
    }
  }
}

extension WorkloadFact.Step.Owner {
  fileprivate init?(_ value: JSONValue?) {
    guard let from = value?[0]?.intValue, let to = value?[1]?.intValue else { return nil }
    self.init(from: Int(clamping: from), to: Int(clamping: to))
  }
}

extension WorkloadFact.Plan {
  fileprivate var json: JSONValue {
    let value: JSONValue = [
      "updateRevision": .string(updateRevision), "updateStrategy": .string(updateStrategy), "partition": .int(Int64(partition)),
      "templateGeneration": .int(Int64(templateGeneration)),
    ]
    return value.compact
  }

  fileprivate init(_ value: JSONValue?) {
    guard let value else { return }
    updateRevision = value.text("updateRevision")
    updateStrategy = value.text("updateStrategy")
    partition = value.number("partition")
    templateGeneration = value.number("templateGeneration")
  }
}

extension RenewedStamp {
  fileprivate var json: JSONValue { last == nil ? .null : [.time(last), .time(received)] }

  fileprivate init(_ value: JSONValue?) { self.init(last: value?[0]?.time, received: value?[1]?.time) }
}

extension WorkloadFact {
  var json: JSONValue {
    let value: JSONValue = [
      "reference": reference.json, "controller": controller?.json ?? .null, "created": .time(created), "wanted": .int(Int64(desired)),
      "stamp": .time(stamp), "specStamp": specStamp.json, "templateStamp": templateStamp.json,
      "latestStamp": latestStamp.json,
      "ownersDesired": ownersDesired.map { [.int(Int64($0))] } ?? .null,
      "revision": .string(revision), "plan": plan.json,
      "formerPlans": .array(formerPlans.map { [.int($0.until.nanoseconds), $0.plan.json] }),
      "generation": .int(Int64(generation)), "unobservedSince": .time(unobservedSince), "ordinalStart": .int(Int64(ordinalStart)),
      "isFinished": .bool(isFinished), "hasFailed": .bool(hasFailed), "backoffLimit": .int(Int64(backoffLimit)),
      "deletionRequested": .time(deletionRequested), "lastSeen": .time(lastSeen),
      "gone": gone.map { [.int($0.from.nanoseconds), .int($0.to.nanoseconds)] } ?? .null,
      "formerRevisions": .array(formerRevisions.map { [.int($0.until.nanoseconds), .string($0.revision)] }),
      "steps": .array(
        steps.map { step in
          [
            .int(step.when.from.nanoseconds), .int(step.when.to.nanoseconds), .int(Int64(step.from)), .int(Int64(step.to)),
            .bool(step.isStamped), step.owner.map { [.int(Int64($0.from)), .int(Int64($0.to))] } ?? .null,
          ]
        }),
    ]
    return value.compact
  }

  fileprivate init?(_ value: JSONValue) {
    guard let reference = ObjectReference(value["reference"]), let lastSeen = value["lastSeen"]?.time else { return nil }
    self.init(reference: reference, desired: value.number("wanted"), revision: value.text("revision"), lastSeen: lastSeen)
    controller = ObjectReference(value["controller"])
    created = value["created"]?.time
    stamp = value["stamp"]?.time
    specStamp = RenewedStamp(value["specStamp"])
    templateStamp = RenewedStamp(value["templateStamp"])
    latestStamp = RenewedStamp(value["latestStamp"])
    ownersDesired = value["ownersDesired"]?[0]?.storedNumber
    plan = Plan(value["plan"])
    formerPlans = (value["formerPlans"]?.arrayValue ?? []).compactMap { pair in
      pair[0]?.time.map { FormerPlan(until: $0, plan: Plan(pair[1])) }
    }
    generation = value.number("generation")
    unobservedSince = value["unobservedSince"]?.time
    ordinalStart = value.number("ordinalStart")
    isFinished = value["isFinished"]?.boolValue ?? false
    hasFailed = value["hasFailed"]?.boolValue ?? false
    backoffLimit = value.number("backoffLimit")
    deletionRequested = value["deletionRequested"]?.time
    if let from = value["gone"]?[0]?.time, let to = value["gone"]?[1]?.time { gone = Interval(from: from, to: to) }
    formerRevisions = (value["formerRevisions"]?.arrayValue ?? []).compactMap { pair in
      pair[0]?.time.map { FormerRevision(until: $0, revision: pair[1]?.stringValue ?? "") }
    }
    steps = (value["steps"]?.arrayValue ?? []).compactMap { step in
      guard let from = step[0]?.time, let to = step[1]?.time else { return nil }
      return Step(
        when: Interval(from: from, to: to), from: step[2]?.storedNumber ?? 0, to: step[3]?.storedNumber ?? 0,
        isStamped: step[4]?.boolValue ?? false, owner: .init(step[5]))
    }
  }
}

extension NodeFact {
  var json: JSONValue {
    let value: JSONValue = [
      "name": .string(name), "notReady": .intervals(notReady), "gone": .time(gone),
      "manualTaints": .array(
        manualTaints.map { [.string($0.text), .int($0.when.from.nanoseconds), .time($0.when.to)] }),
      "isReady": .bool(isReady), "cordoned": .intervals(cordoned), "hidesEvictions": .bool(!marksEvictions), "stamp": stamp.json,
    ]
    return value.compact
  }

  fileprivate init?(_ value: JSONValue) {
    guard let name = value["name"]?.stringValue else { return nil }
    self.init(
      name: name, notReady: value["notReady"]?.intervals ?? [], gone: value["gone"]?.time,
      manualTaints: (value["manualTaints"]?.arrayValue ?? []).compactMap { part in
        guard let text = part[0]?.stringValue, let from = part[1]?.time else { return nil }
        return ManualTaint(text: text, when: OpenInterval(from: from, to: part[2]?.time))
      },
      cordoned: value["cordoned"]?.intervals ?? [], marksEvictions: value["hidesEvictions"]?.boolValue != true,
      isReady: value["isReady"]?.boolValue ?? false, stamp: RenewedStamp(value["stamp"]))
  }
}

extension EventFact {
  var json: JSONValue {
    [
      "uid": .string(uid), "reason": .string(reason), "message": .string(message), "container": .string(container),
      "source": .string(source),
      "times": .array(times.map { .int($0.nanoseconds) }),
    ]
  }

  fileprivate init?(_ value: JSONValue) {
    guard let reason = value["reason"]?.stringValue else { return nil }
    self.init(
      uid: value.text("uid"), reason: reason, message: value.text("message"), container: value.text("container"),
      source: value.text("source"),
      times: (value["times"]?.arrayValue ?? []).compactMap { $0.intValue.map { Timestamp(nanoseconds: $0) } })
  }
}
