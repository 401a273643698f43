package import TimeFormat

/// Reads one line of output into a record: the logging standard, ECS, OpenTelemetry JSON, other JSON, logfmt, klog or plain text.
///
/// It never fails: what is not recognized is plain text, what has no time gets the time of its writing or reading. The same
/// line always gives the same record.
package struct LogLineReader: Sendable {
  /// The most bytes of a line that are kept.
  package static let longestLine = 256 * 1024
  /// A line may claim to be this much later than its reading before its time is not believed.
  package static let tolerance: Duration = .seconds(60)

  package init() {}

  /// - Parameters:
  ///   - line: the line without its end, secrets already masked.
  ///   - readAt: when it was read.
  ///   - writtenAt: when the container runtime saw it, if known: the time of a line that has none of its own.
  ///   - before: the time of the line before: of a line that has neither, such as one of a stack trace.
  ///   - flags: what is already known of it: ``LogFlags/cut``, ``LogFlags/masked``.
  ///   - arena: gets the record.
  /// - Returns: the record's time and flags, with where it stands.
  @discardableResult
  package func read(
    _ line: UnsafeBufferPointer<UInt8>, origin: LogOrigin, readAt: Timestamp, writtenAt: Timestamp? = nil, before: Timestamp? = nil,
    flags: LogFlags = [], into arena: inout RecordArena
  ) -> RecordArena.Entry {
    var line = line
    var flags = flags
    if line.count > Self.longestLine {
      line = UnsafeBufferPointer(rebasing: line[..<Self.longestLine])
      flags.insert(.cut)
    }
    var found = FoundFields()
    var isJSON = false
    if Self.startsObject(line) {
      isJSON = JSONLineScan.scan(line, into: &found)
      if !isJSON { found = FoundFields() }
    }
    if !isJSON {
      flags.insert(.notJSON)
      TextLineScan.scan(line, now: writtenAt ?? readAt, into: &found)
    }
    var at = found.time ?? writtenAt ?? before ?? readAt
    if at > readAt + Self.tolerance {
      at = readAt
      flags.insert(.fromFuture)
    }
    return arena.append(line, found, at: at, origin: origin, flags: flags)
  }

  /// One line as a record of its own.
  package func read(_ line: [UInt8], origin: LogOrigin, readAt: Timestamp, writtenAt: Timestamp? = nil, flags: LogFlags = []) -> LogRecord {
    var arena = RecordArena()
    line.withUnsafeBufferPointer { _ = read($0, origin: origin, readAt: readAt, writtenAt: writtenAt, flags: flags, into: &arena) }
    return arena[0]
  }

  private static func startsObject(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in line where byte != 0x20 && byte != 0x09 { return byte == UInt8(ascii: "{") }
    return false
  }
}
