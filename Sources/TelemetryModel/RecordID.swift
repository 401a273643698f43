/// Names one record among those of all sources, so that records of merged sources never collide.
///
/// Only the source knows what its bytes mean. Of one source, ids are in an order that never changes: it settles which of two records
/// of the same moment comes first, and says nothing else.
package struct RecordID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The source that gave it (``LogSource/sourceID``).
  package let source: String
  private let place: Place

  private enum Place: Sendable, Hashable {
    case none
    /// Without an allocation: most ids are numbers.
    case number(Int64)
    case bytes([UInt8])
  }

  /// Of a record that no source holds yet.
  package static let unstored = RecordID(source: "", place: .none)

  private init(source: String, place: Place) {
    self.source = source
    self.place = place
  }

  package init(_ number: Int64, of source: String) { self.init(source: source, place: .number(number)) }
  package init(_ bytes: [UInt8], of source: String) { self.init(source: source, place: .bytes(bytes)) }

  /// Unique, for keys of rows and for diagnosis: `store/17`.
  package var description: String {
    switch place {
    case .none: "\(source)/-"
    case .number(let number): "\(source)/\(number)"
    case .bytes(let bytes): "\(source)/\(bytes.map { String($0, radix: 16) }.joined(separator: "."))"
    }
  }

  package static func < (one: RecordID, other: RecordID) -> Bool {
    if one.source != other.source { return one.source < other.source }
    switch (one.place, other.place) {
    case (.number(let first), .number(let second)): return first < second
    case (.bytes(let first), .bytes(let second)): return first.lexicographicallyPrecedes(second)
    case (.none, .number), (.none, .bytes), (.number, .bytes): return true
    case (_, .none), (.bytes, .number): return false
    }
  }
}

/// A place in what one source gives, for the next question. Only the source that gave it can read it; another refuses it
/// (``LogSourceError/foreignCursor(_:at:)``).
package struct LogCursor: Sendable, Hashable {
  package let source: String
  package let bytes: [UInt8]

  package init(source: String, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
  }
}
