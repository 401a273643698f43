/// Facts by their keys, which know which of them changed since that was written down.
struct TrackedFacts<Fact: Sendable & Hashable>: Sendable {
  private var facts: [String: Fact] = [:]
  private(set) var changed: Set<String> = []

  subscript(key: String) -> Fact? {
    get { facts[key] }
    set {
      guard facts[key] != newValue else { return }
      facts[key] = newValue
      changed.insert(key)
    }
  }

  subscript(key: String, default fallback: @autoclosure () -> Fact) -> Fact {
    get { facts[key] ?? fallback() }
    set { self[key] = newValue }
  }

  var values: Dictionary<String, Fact>.Values { facts.values }
  var count: Int { facts.count }

  /// Keeps what fits.
  mutating func keep(where fits: (String, Fact) -> Bool) { for (key, fact) in facts where !fits(key, fact) { self[key] = nil } }

  mutating func forgetChanges() { changed = [] }
}

extension TrackedFacts: Sequence {
  func makeIterator() -> Dictionary<String, Fact>.Iterator { facts.makeIterator() }
}
