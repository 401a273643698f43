/// What a source of telemetry is. A backend adds its own in the file that implements it.
package struct SourceKind: RawRepresentable, Sendable, Hashable {
  /// In lower case, as it is shown.
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }

  /// The store of this installation, read from its files.
  package static let embedded = SourceKind(rawValue: "embedded store")
}

/// What a source of logs cannot do; ``none`` for one that can do everything.
package struct LogSourceLimits: Sendable, Hashable {
  package static let none = LogSourceLimits()

  package var hasRegex = true
  package var hasHistogram = true
  package var hasOldestFirst = true
  /// It knows in which order records were stored: ``LogQuery/storedAfter`` and ``LogQuery/storedUpTo``.
  package var hasStoringOrder = true
  /// The most records of one page; `nil`: any.
  package var largestPage: Int?

  package init() {}

  /// Why the query cannot be asked of the source, in words that follow its name; `nil` when it can.
  package func refusal(of query: LogQuery) -> String? {
    if !hasRegex, query.conditions.contains(where: \.hasRegex) { return "searches no regular expressions; search for a text" }
    if !hasOldestFirst, query.order == .oldestFirst, query.storedAfter == nil {
      return "gives its newest records first only; add order:newest"
    }
    if !hasStoringOrder, query.storedAfter != nil || query.storedUpTo != nil {
      return "does not tell in which order its records came; it cannot be followed"
    }
    return nil
  }

  /// - Throws: what ``refusal(of:)`` says, as the sentence of the source.
  package func check(_ query: LogQuery, of source: String) throws(LogSourceError) {
    if let refusal = refusal(of: query) { throw LogSourceError(sentence: "The source \(source) \(refusal).") }
  }
}

extension LogQuery.Condition {
  fileprivate var hasRegex: Bool {
    switch self {
    case .regex: true
    case .not(let inner): inner.hasRegex
    case .any(let members): members.contains(where: \.hasRegex)
    case .requestID, .text, .field: false
    }
  }
}

/// A question that a source refuses, in one sentence.
package struct LogSourceError: Error, Hashable, CustomStringConvertible {
  package let sentence: String
  package init(sentence: String) { self.sentence = sentence }
  package var description: String { sentence }

  /// A cursor that another source gave, or an older version of this one.
  package static func foreignCursor(_ cursor: LogCursor, at source: String) -> LogSourceError {
    LogSourceError(sentence: "Expected a cursor of the source \(source), but got one of \(cursor.source); begin from the first page.")
  }
}
