/// Decides whether a record fulfils conditions. Made once for a query, used for every record.
package struct LogMatcher: Sendable {
  /// Whether bytes match; `nil` when the test gave up before it knew, as regular expressions may.
  package typealias BytesTest = @Sendable (UnsafeBufferPointer<UInt8>) -> Bool?

  private indirect enum Node: Sendable {
    case bytes(BytesTest)
    case request(String)
    case field(String, FieldTest)
    case not(Node)
    case any([Node])
  }

  private let nodes: [Node]

  /// - Parameters:
  ///   - text: makes the test for a text, ASCII case ignored; ``TextNeedle`` by default.
  ///   - regex: makes the test for a regular expression; what it throws for a wrong one goes to the caller.
  package init<Failure: Error>(
    _ conditions: [LogQuery.Condition], text: (String) throws(Failure) -> BytesTest = LogMatcher.needle,
    regex: (String) throws(Failure) -> BytesTest
  ) throws(Failure) {
    var nodes: [Node] = []
    // The cheap tests first.
    for condition in conditions { nodes.append(try Self.node(condition, text, regex)) }
    self.nodes = nodes.filter { !Self.needsFields($0) } + nodes.filter { Self.needsFields($0) }
  }

  package var isEmpty: Bool { nodes.isEmpty }

  package static func needle(_ text: String) -> BytesTest {
    let needle = TextNeedle(text)
    return { needle.isIn($0) }
  }

  /// `nil` when it could not be decided.
  package func matches(_ record: LogRecord) -> Bool? {
    record.raw.withUnsafeBufferPointer { raw in matches(raw) { record } }
  }

  /// Looks at the raw bytes first; the record is made only when its fields are asked for. `nil` when it could not be decided: what gave up
  /// is neither a match nor, under a negation, a hit.
  package func matches(_ raw: UnsafeBufferPointer<UInt8>, record: () -> LogRecord) -> Bool? {
    var made: LogRecord?
    func fields() -> LogRecord {
      if let made { return made }
      let new = record()
      made = new
      return new
    }
    var isKnown = true
    for node in nodes {
      guard let holds = Self.holds(node, raw, fields) else {
        isKnown = false
        continue
      }
      if !holds { return false }
    }
    return isKnown ? true : nil
  }

  /// Kleene's logic: what is not known decides only where the rest does not.
  private static func holds(_ node: Node, _ raw: UnsafeBufferPointer<UInt8>, _ record: () -> LogRecord) -> Bool? {
    switch node {
    case .bytes(let test): return test(raw)
    case .request(let id): return record().requestID == id
    case .field(let name, let test): return test.matches(LogFieldReader.value(of: name, in: record()))
    case .not(let inner): return holds(inner, raw, record).map { !$0 }
    case .any(let inner):
      var isKnown = true
      for node in inner {
        guard let isTrue = holds(node, raw, record) else {
          isKnown = false
          continue
        }
        if isTrue { return true }
      }
      return isKnown ? false : nil
    }
  }

  private static func needsFields(_ node: Node) -> Bool {
    switch node {
    case .bytes: false
    case .request, .field: true
    case .not(let inner): needsFields(inner)
    case .any(let inner): inner.contains { needsFields($0) }
    }
  }

  private static func node<Failure: Error>(
    _ condition: LogQuery.Condition, _ text: (String) throws(Failure) -> BytesTest, _ regex: (String) throws(Failure) -> BytesTest
  ) throws(Failure) -> Node {
    switch condition {
    case .requestID(let id): return .request(id)
    case .text(let wanted): return .bytes(try text(wanted))
    case .regex(let pattern): return .bytes(try regex(pattern))
    case .field(let name, let comparison, let value): return .field(name, FieldTest(field: name, comparison, value))
    case .not(let inner): return .not(try node(inner, text, regex))
    case .any(let inner):
      var nodes: [Node] = []
      for condition in inner { nodes.append(try node(condition, text, regex)) }
      return .any(nodes)
    }
  }
}

extension LogQuery {
  /// Whether a record is in the query's range and is known to fulfil its conditions; order, limit and cursor play no part.
  package func matches<Failure: Error>(
    _ record: LogRecord, regex: (String) throws(Failure) -> LogMatcher.BytesTest
  ) throws(Failure) -> Bool {
    if let range, !range.contains(record.at) { return false }
    return try LogMatcher(conditions, regex: regex).matches(record) == true
  }
}
