package import JSONBytes

/// The state in parts, each under a name of its own: what is written after a delta is what the delta changed, and not the whole cluster.
extension LedgerEngine {
  /// A part of the state as it is now.
  package struct Part: Sendable, Hashable {
    /// `pods/UID`.
    package var name: String
    /// `nil` when it is forgotten.
    package var value: JSONValue?

    package init(name: String, value: JSONValue?) {
      self.name = name
      self.value = value
    }
  }

  private static let head = "head"

  /// The parts that changed since ``forgetChanges()``, each made when its turn comes: of a first list they are the whole cluster. The first
  /// of them says how far the ledger has come, and always has changed.
  package func changedParts() -> some Collection<Part> {
    func changed<Fact>(_ kind: String, _ facts: TrackedFacts<Fact>, _ json: @escaping (Fact) -> JSONValue) -> [() -> Part] {
      facts.changed.sorted().map { key in { Part(name: "\(kind)/\(key)", value: facts[key].map(json)) } }
    }
    var parts = [{ Part(name: Self.head, value: head) }]
    parts += changed("pods", pods, \.json)
    parts += changed("workloads", workloads, \.json)
    parts += changed("nodes", nodes, \.json)
    parts += changed("told", emitted, \.memory)
    parts += changed("availability", availability, \.memory)
    parts += changed("events", events, Self.json)
    parts += changed("controllerDeletes", controllerDeletes, Self.json)
    return parts.lazy.map { $0() }
  }

  /// What changed is written down.
  package mutating func forgetChanges() {
    pods.forgetChanges()
    workloads.forgetChanges()
    nodes.forgetChanges()
    emitted.forgetChanges()
    availability.forgetChanges()
    events.forgetChanges()
    controllerDeletes.forgetChanges()
  }

  /// Goes on from the parts that were written down; `nil` when they are of another version or cluster.
  package init?(cluster: String, restoring parts: [Part]) {
    var state = JSONValue.null
    var lists: [String: [JSONValue]] = [:]
    var maps: [String: JSONObject] = [:]
    for part in parts {
      guard let value = part.value else { continue }
      guard let slash = part.name.firstIndex(of: "/") else {
        if part.name == Self.head { state = value }
        continue
      }
      let kind = String(part.name[..<slash])
      if kind == "events" || kind == "controllerDeletes" || kind == "availability" {
        maps[kind, default: JSONObject()][String(part.name[part.name.index(after: slash)...])] = value
      } else {
        lists[kind, default: []].append(value)
      }
    }
    for (kind, values) in lists { state[kind] = .array(values) }
    for (kind, values) in maps { state[kind] = .object(values) }
    self.init(cluster: cluster, restoring: state)
    forgetChanges()
  }
}
