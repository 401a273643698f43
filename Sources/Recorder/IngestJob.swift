package import Ingest
package import JSONBytes
package import RecordStore
package import TimeFormat

/// Reads files into the store, on the store's own writer.
package struct IngestJob: Sendable {
  private let store: StoreWriter
  private let copies: [String: String]
  private let origin: AssumedOrigin
  private let now: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - copies: where what only the asker can read, such as its standard input `-`, can be read from, by its path.
  ///   - origin: of lines that do not say where they came from.
  package init(
    store: StoreWriter, copies: [String: String] = [:], origin: AssumedOrigin = AssumedOrigin(), now: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.copies = copies
    self.origin = origin
    self.now = now
  }

  /// Tells progress as JSON lines and answers the summary as one.
  package func run(
    _ paths: [String], isCancelled: () -> Bool, progress: (JSONValue) -> Void
  ) -> JSONValue {
    do {
      var ingest = FileIngest()
      ingest.copies = copies
      ingest.origin = origin
      ingest.clock = now
      let summary = try ingest.run(
        paths, now: now(),
        progress: {
          progress([
            "path": .string($0.path), "bytes": .int($0.bytes), "size": $0.size.map { .int($0) } ?? .null, "records": .int($0.records),
          ])
        }, isCancelled: isCancelled, deliver: { try store.append($0) })
      return FileIngest.Summary.shape.value(summary)
    } catch {
      return ["error": .string("\(error)")]
    }
  }
}
