package import JSONBytes
package import Kubernetes
import Synchronization
import TimeFormat

/// Where an object stands in its cluster.
package struct ObjectKey: Sendable, Hashable {
  package var type: ResourceType
  /// Empty for what has no namespace.
  package var namespace: String
  package var name: String

  package init(_ type: ResourceType, namespace: String = "", name: String) {
    self.type = type
    self.namespace = namespace
    self.name = name
  }
}

extension ObjectKey: Comparable {
  package static func < (one: ObjectKey, other: ObjectKey) -> Bool {
    if one.type != other.type { return one.type.id < other.type.id }
    return one.namespace == other.namespace ? one.name < other.name : one.namespace < other.namespace
  }
}

/// A change of one object; `old` is `nil` when it was made, `new` when it was removed.
package struct ObjectChange: Sendable {
  package var key: ObjectKey
  package var old: JSONValue?
  package var new: JSONValue?

  package init(_ key: ObjectKey, old: JSONValue?, new: JSONValue?) {
    self.key = key
    self.old = old
    self.new = new
  }

  /// The object before and after.
  var states: [JSONValue] { [old, new].compactMap { $0 } }
}

/// The cluster's objects at one revision, with the indexes that controllers need. It follows the cluster change by change; what a
/// change costs does not depend on how many objects there are.
package struct ClusterView: Sendable {
  private var objects: [ObjectKey: JSONValue] = [:]
  private var byUID: [String: ObjectKey] = [:]
  private var groups: [Group: [Place]] = [:]
  private let meter: ReadMeter?

  package init(meter: ReadMeter? = nil) { self.meter = meter }

  package init(_ objects: some Sequence<(key: ObjectKey, object: JSONValue)>, meter: ReadMeter? = nil) {
    self.meter = meter
    for (key, object) in objects { apply(ObjectChange(key, old: nil, new: object)) }
  }

  /// What belongs together, so that it is found without looking at the rest.
  private enum Group: Hashable {
    case type(ResourceType)
    case within(namespace: String)
    case typeWithin(ResourceType, namespace: String)
    case uncontrolled(ResourceType, namespace: String)
    case controlled(by: String, ResourceType)
    case owned(by: String)
    case onNode(String)
    case labelled(ResourceType, namespace: String, key: String, value: String)
  }

  /// A member of a group. Members are in order of creation, then name, so that the same state gives the same decisions.
  private struct Place: Comparable {
    var created: Int64
    var key: ObjectKey

    static func < (one: Place, other: Place) -> Bool {
      if one.created != other.created { return one.created < other.created }
      if one.key.namespace != other.key.namespace { return one.key.namespace < other.key.namespace }
      return one.key.name == other.key.name ? one.key.type.id < other.key.type.id : one.key.name < other.key.name
    }
  }

  // MARK: - Following

  package mutating func apply(_ change: ObjectChange) {
    let key = change.key
    let old = objects[key]
    objects[key] = change.new
    if let old, byUID[old.uid] == key { byUID[old.uid] = nil }
    if let new = change.new { byUID[new.uid] = key }
    let before = old.map { (place: Self.place(key, $0), groups: Self.groups(key, $0)) }
    let after = change.new.map { (place: Self.place(key, $0), groups: Self.groups(key, $0)) }
    if before?.place == after?.place, before?.groups == after?.groups { return }
    for group in before?.groups ?? [] { if let place = before?.place { remove(place, from: group) } }
    for group in after?.groups ?? [] { if let place = after?.place { insert(place, into: group) } }
  }

  private static func place(_ key: ObjectKey, _ object: JSONValue) -> Place { Place(created: object.created.nanoseconds, key: key) }

  private static func groups(_ key: ObjectKey, _ object: JSONValue) -> [Group] {
    var groups: [Group] = [.type(key.type)]
    if !key.namespace.isEmpty { groups += [.within(namespace: key.namespace), .typeWithin(key.type, namespace: key.namespace)] }
    // Nothing selects, owns or adopts events.
    if key.type == .events { return groups }
    if let controller = object.controller {
      groups.append(.controlled(by: controller["uid"]?.stringValue ?? "", key.type))
    } else {
      groups.append(.uncontrolled(key.type, namespace: key.namespace))
    }
    for owner in object.owners { groups.append(.owned(by: owner["uid"]?.stringValue ?? "")) }
    if key.type == .pods { groups.append(.onNode(object.nodeName)) }
    for label in object.labels?.objectValue ?? [:] {
      groups.append(.labelled(key.type, namespace: key.namespace, key: label.key, value: label.value.stringValue ?? ""))
    }
    return groups
  }

  private mutating func insert(_ place: Place, into group: Group) {
    let index = Self.position(of: place, in: groups[group] ?? [])
    groups[group, default: []].insert(place, at: index)
  }

  private mutating func remove(_ place: Place, from group: Group) {
    let index = Self.position(of: place, in: groups[group] ?? [])
    guard let members = groups[group], index < members.count, members[index] == place else { return }
    if members.count == 1 { groups[group] = nil } else { groups[group]?.remove(at: index) }
  }

  private static func position(of place: Place, in members: [Place]) -> Int {
    var low = 0
    var high = members.count
    // Most are the newest.
    if let last = members.last, last < place { return high }
    while low < high {
      let middle = (low + high) / 2
      if members[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: - Reading

  package subscript(key: ObjectKey) -> JSONValue? {
    meter?.count(1)
    return objects[key]
  }

  package func object(_ type: ResourceType, namespace: String = "", name: String) -> JSONValue? {
    self[ObjectKey(type, namespace: namespace, name: name)]
  }

  func key(uid: String) -> ObjectKey? { byUID[uid] }
  func object(uid: String) -> JSONValue? { byUID[uid].flatMap { self[$0] } }

  package func all(_ type: ResourceType) -> [JSONValue] { members(.type(type)).map(\.object) }
  func all(_ type: ResourceType, in namespace: String) -> [JSONValue] { members(.typeWithin(type, namespace: namespace)).map(\.object) }

  /// Everything of a namespace.
  func content(of namespace: String) -> [(key: ObjectKey, object: JSONValue)] { members(.within(namespace: namespace)) }

  /// Objects that the owner manages.
  func controlled(by owner: JSONValue, _ type: ResourceType) -> [JSONValue] { members(.controlled(by: owner.uid, type)).map(\.object) }
  /// Objects that nobody manages.
  func uncontrolled(_ type: ResourceType, in namespace: String) -> [JSONValue] {
    members(.uncontrolled(type, namespace: namespace)).map(\.object)
  }
  func owned(by owner: JSONValue) -> [(key: ObjectKey, object: JSONValue)] { members(.owned(by: owner.uid)) }

  /// The object of a type that manages this one.
  func controller(of object: JSONValue, _ type: ResourceType) -> JSONValue? {
    guard let uid = object.controller?["uid"]?.stringValue, let key = byUID[uid], key.type == type else { return nil }
    return self[key]
  }

  /// Pods that are bound to a node; `""` for those that wait for one.
  package func pods(on node: String) -> [JSONValue] { members(.onNode(node)).map(\.object) }

  var hasWaitingPods: Bool { groups[.onNode("")] != nil }

  /// Objects of a namespace that a selector selects. Looks only at those that have one of the selector's labels where it names one.
  package func selected(_ type: ResourceType, in namespace: String, by selector: LabelSelector) -> [JSONValue] {
    if selector.selectsNothing { return [] }
    var smallest = Group.typeWithin(type, namespace: namespace)
    for case .in(let key, let values) in selector.requirements {
      guard values.count == 1, let value = values.first else { continue }
      let group = Group.labelled(type, namespace: namespace, key: key, value: value)
      if groups[group]?.count ?? 0 < groups[smallest]?.count ?? 0 { smallest = group }
    }
    return members(smallest).map(\.object).filter { selector.matches($0.labels) }
  }

  /// The keys of all objects, in no order.
  var keys: some Collection<ObjectKey> { objects.keys }

  private func members(_ group: Group) -> [(key: ObjectKey, object: JSONValue)] {
    let places = groups[group] ?? []
    meter?.count(places.count)
    return places.compactMap { place in objects[place.key].map { (place.key, $0) } }
  }
}

/// Counts the objects that are read through a view: what a change costs.
package final class ReadMeter: Sendable {
  private let total = Atomic<Int>(0)

  package init() {}

  package var reads: Int { total.load(ordering: .relaxed) }
  func count(_ objects: Int) { total.add(objects, ordering: .relaxed) }
}
