package import ClusterModel
package import RecordStore
import StateDirectory
package import TimeFormat

/// The inference and what it must remember; one at a time.
package actor LedgerWriter {
  private var engine: LedgerEngine
  private let memory: LedgerMemory
  /// From so many objects on a list takes tens of megabytes.
  private static let large = 1000
  private var isDirty = false
  private var isFirst = true
  /// What could not be stored yet: the engine tells each thing once.
  private var unsent = LedgerOutput()
  private var ticks = 0
  /// Why the last write failed; `nil` when it did not.
  package private(set) var failure: StoreError?

  package init(engine: LedgerEngine, memory: LedgerMemory) {
    self.engine = engine
    self.memory = memory
  }

  package func resume(at moment: Timestamp) { write(engine.resume(at: moment)) }

  package func apply(_ delta: ClusterDelta) {
    isDirty = true
    let output = engine.apply(delta)
    guard case .relist(let objects) = delta.change, objects.count >= Self.large else { return write(output) }
    // What was needed to read a long list is given back before its facts are written, and what that needed after it.
    FreedMemory.giveBack()
    write(output)
    FreedMemory.giveBack()
  }

  package func tick(_ moment: Timestamp, watched: [ClusterResource: Timestamp]) {
    write(engine.tick(moment, watched: watched))
    ticks += 1
    if isDirty || ticks % 30 == 0 { save() }
  }

  /// Says that the cluster was not seen for a while.
  package func declareGap(from: Timestamp, to: Timestamp, reason: String) { write(engine.declareGap(from: from, to: to, reason: reason)) }

  package func save() { write(LedgerOutput(), always: true) }

  private func write(_ output: LedgerOutput, always: Bool = false) {
    unsent += output
    guard always || !unsent.isEmpty else { return }
    // What a full disk refuses is written with what comes next, a second later at the latest.
    do throws(StoreError) {
      try memory.write(unsent, engine.changedParts(), isFirst: isFirst)
    } catch {
      failure = error
      return
    }
    failure = nil
    engine.forgetChanges()
    unsent = LedgerOutput()
    isDirty = false
    isFirst = false
  }
}
