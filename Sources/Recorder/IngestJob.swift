package import Ingest
package import JSONBytes
package import RecordStore
package import TimeFormat

/// Reads files into the store, on the store's own writer.
package struct IngestJob: Sendable {
  private let store: StoreWriter
  private let copies: [String: String]
  private let origin: AssumedOrigin
  private let retention: Retention?
  private let now: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - copies: where what only the asker can read, such as its standard input `-`, can be read from, by its path.
  ///   - origin: of lines that do not say where they came from.
  ///   - retention: what the store is not to exceed meanwhile; `nil` where somebody else sees to it.
  package init(
    store: StoreWriter, copies: [String: String] = [:], origin: AssumedOrigin = AssumedOrigin(), retention: Retention? = nil,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.copies = copies
    self.origin = origin
    self.retention = retention
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
      var batches = 0
      let summary = try ingest.run(
        paths, now: now(),
        progress: {
          progress([
            "path": .string($0.path), "bytes": .int($0.bytes), "size": $0.size.map { .int($0) } ?? .null, "records": .int($0.records),
          ])
        }, isCancelled: isCancelled,
        deliver: {
          try store.append($0)
          batches += 1
          if batches % Self.pruningInterval == 0 { try prune() }
        })
      return FileIngest.Summary.shape.value(summary)
    } catch {
      return ["error": .string("\(error)")]
    }
  }

  /// In batches: about half a million records, 100 MiB of a store.
  private static let pruningInterval = 64

  private func prune() throws {
    guard let retention else { return }
    while !(try store.prune(retention, now: now()).isDone) {}
  }
}
