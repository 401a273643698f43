/// Decides whether a record fulfils conditions. Made once for a query, used for every record.
package struct LogMatcher: Sendable {
  /// Whether bytes match a regular expression.
  package typealias BytesTest = @Sendable (UnsafeBufferPointer<UInt8>) -> Bool

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

  package func matches(_ record: LogRecord) -> Bool {
    record.raw.withUnsafeBufferPointer { raw in matches(raw) { record } }
  }

  /// Looks at the raw bytes first; the record is made only when its fields are asked for.
  package func matches(_ raw: UnsafeBufferPointer<UInt8>, record: () -> LogRecord) -> Bool {
    var made: LogRecord?
    func fields() -> LogRecord {
      if let made { return made }
      let new = record()
      made = new
      return new
    }
    return nodes.allSatisfy { Self.holds($0, raw, fields) }
  }

  private static func holds(_ node: Node, _ raw: UnsafeBufferPointer<UInt8>, _ record: () -> LogRecord) -> Bool {
    switch node {
    case .bytes(let test): test(raw)
    case .request(let id): record().requestID == id
    case .field(let name, let test): test.matches(LogFieldReader.value(of: name, in: record()))
    case .not(let inner): !holds(inner, raw, record)
    case .any(let inner): inner.contains { holds($0, raw, record) }
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
  /// Whether a record is in the query's range and fulfils its conditions; order, limit and cursor play no part.
  package func matches<Failure: Error>(
    _ record: LogRecord, regex: (String) throws(Failure) -> LogMatcher.BytesTest
  ) throws(Failure) -> Bool {
    if let range, !range.contains(record.at) { return false }
    return try LogMatcher(conditions, regex: regex).matches(record)
  }
}
