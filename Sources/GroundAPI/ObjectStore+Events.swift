package import JSONBytes
import Kubernetes
import Synchronization
import TimeFormat

/// What makes two events the same, so that the second only counts (client-go, tools/record EventAggregator).
struct EventIdentity: Hashable {
  var involved: String
  var type: String
  var reason: String
  var message: String
  var component: String
  var field: String

  init(of event: JSONValue) {
    let object = event["involvedObject"]
    involved = object?["uid"]?.stringValue ?? "\(object?["kind"]?.stringValue ?? "")/\(object?["name"]?.stringValue ?? "")"
    type = event["type"]?.stringValue ?? ""
    reason = event["reason"]?.stringValue ?? ""
    message = event["message"]?.stringValue ?? ""
    component = event.at("source", "component")?.stringValue ?? event["reportingComponent"]?.stringValue ?? ""
    field = object?["fieldPath"]?.stringValue ?? ""
  }
}

extension ObjectStore {
  /// How long an event is kept, counted from its last occurrence (kube-apiserver's `--event-ttl`).
  package static let eventLifetime = Duration.seconds(3600)

  /// Records that something happened to an object; a repetition raises `count` and `lastTimestamp`.
  /// An event that cannot be stored (its namespace is gone) is dropped: nothing hangs on it.
  package func recordEvent(
    about object: JSONValue, type: String = "Normal", reason: String, message: String, component: String, host: String = "",
    fieldPath: String? = nil
  ) {
    let metadata = object["metadata"]
    let name = metadata?["name"]?.stringValue ?? ""
    var involved: JSONValue = [:]
    involved["kind"] = object["kind"]
    involved["namespace"] = metadata?["namespace"]
    involved["name"] = .string(name)
    involved["uid"] = metadata?["uid"]
    involved["apiVersion"] = object["apiVersion"]
    involved["resourceVersion"] = metadata?["resourceVersion"]
    if let fieldPath { involved["fieldPath"] = .string(fieldPath) }
    // Events of cluster-wide objects live in "default".
    let namespace = metadata?["namespace"]?.stringValue ?? "default"
    let moment = now()
    let stamp = JSONValue.string(moment.rfc3339(.seconds))
    var source: JSONValue = ["component": .string(component)]
    if !host.isEmpty { source["host"] = .string(host) }
    let event: JSONValue = [
      "metadata": ["name": .string("\(name).\(Self.hex(moment.nanoseconds))"), "namespace": .string(namespace)],
      "involvedObject": involved, "reason": .string(reason), "message": .string(message), "source": source,
      "firstTimestamp": stamp, "lastTimestamp": stamp, "count": 1, "type": .string(type), "eventTime": .null,
      "reportingComponent": .string(component), "reportingInstance": .string(host),
    ]
    let identity = EventIdentity(of: event)
    let known = state.withLock { $0.eventIndex[identity] }
    if let known, known.namespace == namespace {
      let counted = try? update(.events, namespace: namespace, name: known.name, by: component) { event in
        event["count"] = .int((event["count"]?.intValue ?? 1).addingClamped(1))
        event["lastTimestamp"] = stamp
      }
      if counted != nil { return }
    }
    for attempt in 0..<8 {
      var fresh = event
      if attempt > 0 { fresh.set("metadata", "name", to: .string("\(name).\(Self.hex(moment.nanoseconds.addingClamped(Int64(attempt))))")) }
      do {
        try create(.events, fresh, by: component)
        return
      } catch  where error.isAlreadyExists {
        continue
      } catch {
        return
      }
    }
  }

  /// Removes the events whose hour is over.
  package func expireEvents() throws(APIError) {
    let limit = now() - Self.eventLifetime
    try locked { (state) throws(APIError) in
      var writes: [Write] = []
      for (key, event) in state.tables[Resource.events.id] ?? [:] {
        let last = Self.lastTime(event)
        if last < limit { writes.append(Write(resource: .events, key: key, object: event, removes: true)) }
      }
      if !writes.isEmpty { _ = try self.commit(writes.sorted { $0.key < $1.key }, &state) }
    }
  }

  private static func lastTime(_ event: JSONValue) -> Timestamp {
    let texts = [
      event.at("series", "lastObservedTime"), event["lastTimestamp"], event["eventTime"], event.at("metadata", "creationTimestamp"),
    ]
    for text in texts {
      if let text = text?.stringValue, let moment = Timestamp(rfc3339: text) { return moment }
    }
    return Timestamp(nanoseconds: .max)
  }

  private static func hex(_ value: Int64) -> String { String(UInt64(bitPattern: value), radix: 16) }
}
