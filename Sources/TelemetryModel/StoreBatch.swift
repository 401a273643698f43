package import TimeFormat

/// What becomes durable in one transaction: telemetry, how far its sources were read, and what they counted.
///
/// Because the checkpoints commit with what they cover, a record is stored exactly once whatever dies in between. A further kind of
/// telemetry is a further member here, with a table of its own; pods' lives commit with the ledger's entries that tell of them
/// (`StoreWriter.record(reschedules:gaps:lifecycle:note:)`).
package struct StoreBatch: Sendable {
  package var records: RecordArena
  package var checkpoints: [Checkpoint]
  package var sources: [SourceUpdate]

  package init(records: RecordArena = RecordArena(), checkpoints: [Checkpoint] = [], sources: [SourceUpdate] = []) {
    self.records = records
    self.checkpoints = checkpoints
    self.sources = sources
  }

  package init(records: [LogRecord], checkpoints: [Checkpoint] = [], sources: [SourceUpdate] = []) {
    self.init(records: RecordArena(records), checkpoints: checkpoints, sources: sources)
  }

  package var isEmpty: Bool { records.isEmpty && checkpoints.isEmpty && sources.isEmpty }
}

/// How far a source was read: what it needs to go on after a restart. A source of another kind adds its case.
package enum Checkpoint: Sendable, Hashable {
  case file(TailPosition)
  /// A folder is gone: the positions of the files in and below it are forgotten.
  case folderGone(String)
}

/// How far one file was read. A file is known by its folder and inode, so that it is still the same after rotation renamed it.
package struct TailPosition: Sendable, Hashable {
  package var folder: String
  package var inode: UInt64
  /// The file's name when it was last seen.
  package var name: String
  /// Bytes from the start that were read and need not be read again.
  package var offset: Int64
  /// The length and hash of the file's first bytes: a new file that got a removed file's inode is told from it.
  package var headLength: Int
  package var headHash: UInt64
  /// The beginnings of lines whose end was not yet read, by stream.
  package var partials: [TailPartial]

  package init(
    folder: String, inode: UInt64, name: String, offset: Int64, headLength: Int = 0, headHash: UInt64 = 0, partials: [TailPartial] = []
  ) {
    self.folder = folder
    self.inode = inode
    self.name = name
    self.offset = offset
    self.headLength = headLength
    self.headHash = headHash
    self.partials = partials
  }
}

/// The beginning of a line that a container runtime wrote in parts.
package struct TailPartial: Sendable, Hashable {
  package var stream: String
  /// When its first part was written.
  package var at: Timestamp
  package var text: [UInt8]
  /// It is longer than is kept; the rest is missing.
  package var wasCut: Bool

  package init(stream: String, at: Timestamp, text: [UInt8], wasCut: Bool) {
    self.stream = stream
    self.at = at
    self.text = text
    self.wasCut = wasCut
  }
}

/// What changed about a source: counts are added to those that are stored, the rest replaces it.
package struct SourceUpdate: Sendable, Hashable {
  package enum ErrorChange: Sendable, Hashable { case unchanged, cleared, happened(String) }

  package var name: String
  package var cluster: String
  package var recordsIn: Int64
  package var dropped: Int64
  package var dropReason: String?
  /// Secrets that were masked.
  package var masked: Int64
  package var connectedSince: Timestamp?
  package var currentAt: Timestamp?
  package var error: ErrorChange

  package init(
    name: String, cluster: String, recordsIn: Int64 = 0, dropped: Int64 = 0, dropReason: String? = nil, masked: Int64 = 0,
    connectedSince: Timestamp? = nil, currentAt: Timestamp? = nil, error: ErrorChange = .unchanged
  ) {
    self.name = name
    self.cluster = cluster
    self.recordsIn = recordsIn
    self.dropped = dropped
    self.dropReason = dropReason
    self.masked = masked
    self.connectedSince = connectedSince
    self.currentAt = currentAt
    self.error = error
  }
}
