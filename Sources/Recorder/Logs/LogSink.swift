import Ingest
import RecordStore
import Synchronization
import TelemetryModel
import TimeFormat

/// Where the lines of a cluster's followed logs become durable: records and how far each log was read are one transaction.
final class LogSink: Sendable {
  private struct State {
    var logs: [ContainerKey: FollowedLog] = [:]
    var pending = Pending()
    /// Logs of which lines were read since they were stored.
    var moved: Set<ContainerKey> = []
    var update: SourceUpdate
    /// Why logs cannot be read now, by container.
    var failing: [ContainerKey: String] = [:]
    var storeError: String?
    var isTold = false
  }

  /// What waits to be stored.
  private struct Pending {
    var records = RecordArena()
    var positions: [TailPosition] = []
    /// Of pods that are gone.
    var forgotten: [String] = []

    /// Puts back what came before.
    mutating func prepend(_ older: Pending) {
      var all = older.records
      all.append(contentsOf: records)
      records = all
      let newer = Set(positions.map(\.folder))
      positions = older.positions.filter { !newer.contains($0.folder) } + positions
      forgotten = older.forgotten + forgotten
    }
  }

  /// What became of a line.
  enum Verdict: Sendable {
    case taken
    /// As ``taken``; what waits must be stored before more is taken.
    case full
    case unexpected
    case words(String)
  }

  let cluster: String
  private let store: StoreWriter
  private let now: @Sendable () -> Timestamp
  private let state: Mutex<State>
  /// One transaction at a time, in order.
  private let writing = Mutex(())
  private let news: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  private static let mostRecords = 4096
  private static let mostBytes = 1 << 20

  init(cluster: String, store: StoreWriter, now: @escaping @Sendable () -> Timestamp) {
    self.cluster = cluster
    self.store = store
    self.now = now
    state = Mutex(State(update: SourceUpdate(name: "logs", cluster: cluster)))
    (news, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  // MARK: Logs

  func open(_ log: FollowedLog, _ key: ContainerKey) { state.withLock { $0.logs[key] = log } }

  /// Gives the log back, as far as it was read.
  func close(_ key: ContainerKey) -> FollowedLog? {
    defer { signal.yield() }
    return state.withLock { state in
      if state.moved.contains(key) { Self.note(&state, key) }
      state.failing[key] = nil
      return state.logs.removeValue(forKey: key)
    }
  }

  func restart(_ key: ContainerKey) -> Int { state.withLock { $0.logs[key]?.restart ?? 0 } }

  func begin(_ key: ContainerKey, restart: Int) {
    state.withLock { state in
      // What was read of the run before it is noted with its records.
      if state.moved.contains(key) { Self.note(&state, key) }
      state.logs[key]?.begin(restart: restart)
    }
  }

  func connect(_ key: ContainerKey, isWhole: Bool, acceptsAnything: Bool) -> Timestamp? {
    state.withLock { $0.logs[key]?.connect(isWhole: isWhole, acceptsAnything: acceptsAnything) }
  }

  func take(_ line: [UInt8], _ key: ContainerKey, _ sight: ContainerSight) -> Verdict {
    let moment = now()
    let verdict: Verdict = state.withLock { state in
      switch state.logs[key]?.take(line, now: moment) {
      case .record(let record, let isAfterGap)?:
        state.pending.records.append(contentsOf: record)
        state.moved.insert(key)
        state.update.recordsIn += 1
        state.update.masked += state.logs[key]?.takeMasked() ?? 0
        if isAfterGap {
          Self.miss(
            &state, 1, "lines of \(sight.display) before \(record[0].at.rfc3339()): what was read last is not in its log any more (rotated)"
          )
        }
        return state.pending.records.count >= Self.mostRecords || state.pending.records.bytes.count >= Self.mostBytes ? .full : .taken
      case .unexpected?: return .unexpected
      case .words(let words)?: return .words(words)
      case .known?, nil: return .taken
      }
    }
    signal.yield()
    return verdict
  }

  /// Lines that cannot be read are said, never passed over.
  ///
  /// - Parameter gaps: how many stretches of unknown length; 0 for what was over before anybody looked.
  func miss(_ gaps: Int64, _ sentence: String) {
    state.withLock { Self.miss(&$0, gaps, sentence) }
    signal.yield()
  }

  private static func miss(_ state: inout State, _ gaps: Int64, _ sentence: String) {
    state.update.dropped += gaps
    state.update.dropReason = sentence
  }

  /// Why the log cannot be read now; `nil` when it is.
  func fails(_ key: ContainerKey, _ sentence: String?) { state.withLock { $0.failing[key] = sentence } }

  func forget(folder: String) {
    state.withLock { $0.pending.forgotten.append(folder) }
    signal.yield()
  }

  private static func note(_ state: inout State, _ key: ContainerKey) {
    guard let log = state.logs[key] else { return }
    state.moved.remove(key)
    state.pending.positions.removeAll { $0.folder == log.place }
    state.pending.positions.append(log.position)
  }

  // MARK: Storing

  /// Stores what waits; `false` when the store does not take it, which loses nothing.
  func flush() -> Bool {
    writing.withLock { _ in
      let (pending, update) = state.withLock { state in
        for key in state.moved { Self.note(&state, key) }
        let pending = state.pending
        var update = state.update
        if update.recordsIn > 0 || state.storeError != nil { update.error = Self.error(state) }
        state.pending = Pending()
        state.update = SourceUpdate(name: update.name, cluster: update.cluster)
        return (pending, update)
      }
      let isNews = update != SourceUpdate(name: update.name, cluster: update.cluster)
      do {
        try store.append(
          StoreBatch(
            records: pending.records,
            checkpoints: pending.positions.map { .file($0) } + pending.forgotten.map { .folderGone($0) }, sources: isNews ? [update] : []))
        state.withLock { $0.storeError = nil }
        return true
      } catch {
        state.withLock { state in
          state.storeError = "\(error)"
          state.pending.prepend(pending)
          state.update.recordsIn += update.recordsIn
          state.update.masked += update.masked
          state.update.dropped += update.dropped
          state.update.dropReason = state.update.dropReason ?? update.dropReason
          state.update.connectedSince = state.update.connectedSince ?? update.connectedSince
        }
        // It may take a sentence where it takes no records.
        try? store.record([SourceUpdate(name: "logs", cluster: cluster, error: .happened("\(error)"))])
        return false
      }
    }
  }

  /// Until everything is stored that waits.
  func settle(_ pause: @Sendable (Duration) async throws -> Void) async throws {
    var wait = Duration.milliseconds(200)
    while !flush() {
      try await pause(wait)
      wait = min(wait * 2, .seconds(5))
    }
  }

  /// Stores what comes, a moment after it came, until cancelled. Without news it does nothing.
  func run(_ pause: @escaping @Sendable (Duration) async throws -> Void) async throws {
    for await _ in news {
      try await pause(.milliseconds(200))
      try await settle(pause)
    }
  }

  /// Says how current the logs are. Called now and then, and once at the start.
  func tell(isCurrent: Bool) {
    let moment = now()
    state.withLock { state in
      if !state.isTold { state.update.connectedSince = moment }
      state.isTold = true
      state.update.error = Self.error(state)
      if isCurrent, state.failing.isEmpty { state.update.currentAt = moment }
    }
    signal.yield()
  }

  private static func error(_ state: State) -> SourceUpdate.ErrorChange {
    guard let first = state.failing.values.min() else { return .cleared }
    return .happened(state.failing.count == 1 ? first : "\(state.failing.count) logs cannot be read, among them: \(first)")
  }
}
