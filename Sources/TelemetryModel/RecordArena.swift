package import TimeFormat

/// Records as ranges over contiguous bytes: each raw line once, and what was recognized in it as parts of it. Only what does not stand
/// in its line as it is (a text with escapes) has bytes of its own.
///
/// Adding a record allocates nothing but room; the writer takes the parts as they are and searches for nothing. As a collection it gives
/// ``LogRecord``s, each made when it is asked for.
package struct RecordArena: Sendable {
  /// A range of the arena's bytes; an arena is smaller than 4 GiB.
  package struct Part: Sendable, Hashable {
    package var start: UInt32
    package var count: UInt32

    init(_ start: Int, _ count: Int) {
      self.start = UInt32(start)
      self.count = UInt32(count)
    }

    package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  package struct Entry: Sendable, Hashable {
    package var at: Timestamp
    package var level: LogLevel?
    package var flags: LogFlags
    /// The index of its origin in ``RecordArena/origins``.
    package var origin: Int32
    package var raw: Part
    package var message: Part
    /// `nil`: named after its origin (``LogOrigin/serviceName``).
    package var service: Part?
    package var requestID: Part?
    package var traceID: Part?
  }

  package private(set) var bytes: [UInt8] = []
  package private(set) var entries: [Entry] = []
  /// Each origin once.
  package private(set) var origins: [LogOrigin] = []
  private var indices: [LogOrigin: Int32] = [:]

  package init() {}

  package init(_ records: some Sequence<LogRecord>) { for record in records { append(record) } }

  package mutating func reserve(entries: Int, bytes: Int) {
    self.entries.reserveCapacity(entries)
    self.bytes.reserveCapacity(bytes)
  }

  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
  }

  // MARK: Adding

  /// Adds a line with what was found in it.
  mutating func append(
    _ line: UnsafeBufferPointer<UInt8>, _ found: FoundFields, at: Timestamp, origin: LogOrigin, flags: LogFlags
  ) -> Entry {
    let raw = Part(bytes.count, line.count)
    bytes.append(contentsOf: line)
    let entry = Entry(
      at: at, level: found.level, flags: flags, origin: index(of: origin), raw: raw,
      message: part(found.message, of: line, raw) ?? raw, service: part(found.service, of: line, raw),
      requestID: part(found.requestID, of: line, raw), traceID: part(found.traceID, of: line, raw))
    entries.append(entry)
    return entry
  }

  /// Adds a record that was made otherwise: its texts get bytes of their own.
  package mutating func append(_ record: LogRecord) {
    let raw = Part(bytes.count, record.raw.count)
    bytes.append(contentsOf: record.raw)
    entries.append(
      Entry(
        at: record.at, level: record.level, flags: record.flags, origin: index(of: record.origin), raw: raw, message: text(record.message),
        service: text(record.service), requestID: record.requestID.map { text($0) }, traceID: record.traceID.map { text($0) }))
  }

  /// Adds the records of another arena.
  package mutating func append(contentsOf other: RecordArena) {
    let base = bytes.count
    bytes.append(contentsOf: other.bytes)
    let indices = other.origins.map { index(of: $0) }
    func moved(_ part: Part) -> Part { Part(base + Int(part.start), Int(part.count)) }
    for var entry in other.entries {
      entry.origin = indices[Int(entry.origin)]
      (entry.raw, entry.message) = (moved(entry.raw), moved(entry.message))
      entry.service = entry.service.map(moved)
      entry.requestID = entry.requestID.map(moved)
      entry.traceID = entry.traceID.map(moved)
      entries.append(entry)
    }
  }

  private mutating func part(_ found: FoundText?, of line: UnsafeBufferPointer<UInt8>, _ raw: Part) -> Part? {
    switch found {
    case nil: return nil
    case .made(let text): return self.text(text)
    case .part(let bytes):
      guard let start = bytes.baseAddress, let base = line.baseAddress else { return Part(Int(raw.start), 0) }
      return Part(Int(raw.start) + (start - base), bytes.count)
    }
  }

  private mutating func text(_ text: String) -> Part {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    return Part(start, bytes.count - start)
  }

  private mutating func index(of origin: LogOrigin) -> Int32 {
    // Lines of one file follow each other.
    if let last = entries.last, origins[Int(last.origin)] == origin { return last.origin }
    if let known = indices[origin] { return known }
    let index = Int32(origins.count)
    origins.append(origin)
    indices[origin] = index
    return index
  }
}

extension RecordArena: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { entries.count }

  package subscript(index: Int) -> LogRecord {
    let entry = entries[index]
    let origin = origins[Int(entry.origin)]
    func text(_ part: Part) -> String { String(decoding: bytes[part.range], as: UTF8.self) }
    return LogRecord(
      at: entry.at, level: entry.level, service: entry.service.map(text) ?? origin.serviceName, message: text(entry.message),
      requestID: entry.requestID.map(text), traceID: entry.traceID.map(text), origin: origin, flags: entry.flags,
      raw: Array(bytes[entry.raw.range]))
  }
}

extension LogOrigin {
  /// The service of a line that does not say it.
  package var serviceName: String { container.isEmpty ? pod : container }
}
