import KubernetesClient
import TimeFormat

/// Reads the log of one container from its first run that can be read, through restarts, to the end of its pod.
struct ContainerFollower: Sendable {
  typealias Read = @Sendable (KubernetesAPI.LogStream, @escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void

  let board: FollowBoard
  let sink: LogSink
  let read: Read
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void
  /// As it was seen first.
  let first: ContainerSight

  private var backOff = BackOff()
  /// What is read ended in good order, after all of it had come.
  private var isRead: Bool
  /// How often a log did not begin with what was read last.
  private var surprises = 0
  /// The server takes no time to begin at.
  private var wantsWhole = false

  private enum Outcome {
    case ended
    /// Nothing came for long: its connection may be dead.
    case silent
    case unexpected
    case failed(KubernetesError)
  }

  /// - Parameter isRead: the run that the log is at was read to its end before.
  init(
    board: FollowBoard, sink: LogSink, read: @escaping Read, pause: @escaping @Sendable (Duration) async throws -> Void,
    first: ContainerSight, isRead: Bool
  ) {
    self.board = board
    self.sink = sink
    self.read = read
    self.pause = pause
    self.first = first
    self.isRead = isRead
  }

  private var key: ContainerKey { first.key }

  /// Returns when the newest run was read to its end, or its pod is gone.
  mutating func run() async throws {
    while true {
      try Task.checkCancellation()
      let sight = board.sight(key)
      if let sight, sight.restart > sink.restart(key) {
        try await endPrevious(sight)
        continue
      }
      if sight == nil, board.isReplaced(first) { return gone() }
      let isOver = sight?.isOver ?? true
      switch try await attempt(follow: !isOver, previous: false) {
      case .ended:
        isRead = true
        if isOver { return }
        // Nearly always its end; now and then a proxy's.
        try await rest(backOff.next(), sight)
      case .silent: isRead = false
      case .unexpected: try await surprise(sight)
      case .failed(let error):
        if error.kind == .notFound, board.sight(key) == nil { return gone() }
        wantsWhole = error.kind == .gone
        try await fail(error, sight)
      }
    }
  }

  /// The run that is read has been followed by another: its rest is what the API calls `previous`.
  private mutating func endPrevious(_ sight: ContainerSight) async throws {
    let known = sink.restart(key)
    guard sight.state != .waiting, sight.restart - 1 >= known else {
      // Two runs have ended since: only the newest can be read.
      if !isRead { sink.miss(1, "the end of run \(known) of \(sight.display): a later run has ended too") }
      return begin(sight.restart)
    }
    if sight.restart - 1 > known {
      sink.miss(1, "runs \(known) to \(sight.restart - 2) of \(sight.display): they ended before they could be read to the end")
      begin(sight.restart - 1)
    }
    switch try await attempt(follow: false, previous: true) {
    case .ended: begin(sight.restart)
    case .silent: break
    case .unexpected: try await surprise(sight)
    case .failed(let error) where error.kind == .notFound || error.kind == .badRequest || error.kind == .gone:
      // Its log is removed.
      if !isRead { sink.miss(1, "the end of run \(sight.restart - 1) of \(sight.display): \(error.message)") }
      begin(sight.restart)
    case .failed(let error): try await fail(error, sight)
    }
  }

  private mutating func begin(_ restart: Int) {
    sink.begin(key, restart: restart)
    backOff.reset()
    isRead = false
    surprises = 0
    wantsWhole = false
  }

  /// The watch may be a moment behind: the log can be that of the next run, or of the next pod of the name.
  private mutating func surprise(_ sight: ContainerSight?) async throws {
    surprises += 1
    if surprises == 1 { try await rest(backOff.next(), sight) }
  }

  private mutating func fail(_ error: KubernetesError, _ sight: ContainerSight?) async throws {
    let wait = error.kind == .forbidden ? backOff.longest : backOff.next()
    sink.fails(key, "the log of \(first.display) cannot be read: \(error.message); trying again in \(wait.brief)")
    try await rest(wait, sight)
  }

  private func gone() {
    if !isRead { sink.miss(1, "the last lines of \(first.display): its pod was gone before they could be read") }
  }

  /// Waits, but no longer than until the container changes.
  private func rest(_ time: Duration, _ sight: ContainerSight?) async throws {
    let changes = board.change(of: key, since: sight)
    try await withThrowingTaskGroup(of: Void.self) { [pause] group in
      group.addTask { try await pause(time) }
      group.addTask { for await _ in changes { return } }
      try await group.next()
      group.cancelAll()
    }
    try Task.checkCancellation()
  }

  // MARK: Reading

  private struct Surprise: Error {}

  private mutating func attempt(follow: Bool, previous: Bool) async throws -> Outcome {
    let since = sink.connect(key, isWhole: wantsWhole, acceptsAnything: surprises > 1)
    let wanted = KubernetesAPI.LogStream(
      namespace: first.namespace, pod: first.pod, container: key.container, follow: follow, previous: previous, since: since)
    let progress = LineCount()
    do {
      try await read(wanted) { [sink, key, first, pause] line in
        switch sink.take(line, key, first) {
        case .taken: break
        case .full: try await sink.settle(pause)
        case .unexpected: throw Surprise()
        case .words(let words): throw KubernetesError(.malformed, "the server said: \(words)")
        }
        if progress.add() == 1 { sink.fails(key, nil) }
      }
      came(progress)
      sink.fails(key, nil)
      return .ended
    } catch is Surprise {
      return .unexpected
    } catch let error as KubernetesError {
      try Task.checkCancellation()
      came(progress)
      return error.kind == .silent ? .silent : .failed(error)
    } catch {
      try Task.checkCancellation()
      came(progress)
      return .failed(KubernetesError(.unreachable, "\(error)"))
    }
  }

  private mutating func came(_ progress: LineCount) {
    guard progress.count > 0 else { return }
    isRead = false
    surprises = 0
    backOff.reset()
  }
}
