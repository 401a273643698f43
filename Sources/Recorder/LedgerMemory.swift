package import ClusterModel
import JSONBytes
package import RecordStore

/// Where the inference's memory of a cluster is stored: each part of it as a note of its own, so that a delta writes what it changed.
package struct LedgerMemory: Sendable {
  let cluster: String
  let store: StoreWriter

  package init(cluster: String, store: StoreWriter) {
    self.cluster = cluster
    self.store = store
  }

  /// The notes lie in the folder of this name. In former versions the whole memory was one note that is called so.
  private var folder: String { "ledger/\(cluster)" }

  /// The inference as it was when it was stored last; `nil` when there is none.
  package func restored() -> LedgerEngine? {
    guard let notes = try? store.notes(in: folder), !notes.isEmpty else { return formerly() }
    let parts = notes.compactMap { note -> LedgerEngine.Part? in
      guard let value = note.value.flatMap({ try? JSONValue(parsing: $0) }) else { return nil }
      return .init(name: String(note.name.dropFirst(folder.count + 1)), value: value)
    }
    return LedgerEngine(cluster: cluster, restoring: parts)
  }

  private func formerly() -> LedgerEngine? {
    guard let bytes = try? store.note(folder), let state = try? JSONValue(parsing: bytes) else { return nil }
    return LedgerEngine(cluster: cluster, restoring: state)
  }

  /// Stores what the ledger learned and what of its memory changed in one transaction, so that a kill between the two cannot make them
  /// disagree.
  func write(_ output: LedgerOutput, _ parts: some Collection<LedgerEngine.Part>, isFirst: Bool) throws(StoreError) {
    try store.record(
      reschedules: output.entries, gaps: output.gaps, lifecycle: output.lifecycle, shortages: output.shortages,
      notes: parts.lazy.map { StoreNote(name: "\(folder)\n\($0.name)", value: $0.value?.jsonBytes) })
    // Where there are parts nobody reads it any more.
    if isFirst { try store.record(notes: [StoreNote(name: folder, value: nil)]) }
  }
}
