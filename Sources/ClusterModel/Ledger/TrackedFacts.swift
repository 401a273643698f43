/// Facts by their keys, which know which of them changed since that was written down.
struct TrackedFacts<Fact: Sendable & Hashable>: Sendable {
  /// A fact is large, and a table of 20,000 of them would hold room for as many again: it holds references.
  private final class Kept: Sendable {
    let fact: Fact

    init(_ fact: Fact) { self.fact = fact }
  }

  private var facts: [String: Kept] = [:]
  private(set) var changed: Set<String> = []

  subscript(key: String) -> Fact? {
    get { facts[key]?.fact }
    set {
      guard facts[key]?.fact != newValue else { return }
      facts[key] = newValue.map(Kept.init)
      changed.insert(key)
    }
  }

  subscript(key: String, default fallback: @autoclosure () -> Fact) -> Fact {
    get { self[key] ?? fallback() }
    set { self[key] = newValue }
  }

  var values: some Sequence<Fact> { facts.values.lazy.map(\.fact) }
  var count: Int { facts.count }

  /// The keys of those that fit. A fact is large: this copies none.
  @inline(__always)
  func keys(where fits: (Fact) -> Bool) -> [String] {
    var found: [String] = []
    for (key, kept) in facts where fits(kept.fact) { found.append(key) }
    return found
  }

  /// Keeps what fits.
  mutating func keep(where fits: (String, Fact) -> Bool) { for (key, kept) in facts where !fits(key, kept.fact) { self[key] = nil } }

  mutating func forgetChanges() { changed = [] }
}

extension TrackedFacts: Sequence {
  func makeIterator() -> some IteratorProtocol<(key: String, value: Fact)> {
    facts.lazy.map { (key: $0.key, value: $0.value.fact) }.makeIterator()
  }
}
