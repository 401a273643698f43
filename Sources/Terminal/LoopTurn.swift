import CNcurses
import Glibc
import Screen

/// The state of a running loop.
struct LoopTurn {
  private let session: TerminalSession
  private let handler: any TerminalHandler
  private let wakeup: Wakeup
  private let signals: TerminalSignals
  private let frameInterval: Duration
  private let clock = ContinuousClock()
  private var lastFrame: ContinuousClock.Instant?
  private var isWoken = false
  private var exit: TerminalExit?

  init(session: TerminalSession, handler: any TerminalHandler, options: TerminalOptions, wakeup: Wakeup, signals: TerminalSignals) {
    self.session = session
    self.handler = handler
    self.wakeup = wakeup
    self.signals = signals
    frameInterval = .milliseconds(max(0, options.frameInterval))
  }

  mutating func run() -> TerminalExit {
    handler.start(size: session.size, capabilities: session.capabilities)
    serve([])
    while exit == nil {
      let (input, signalled) = wait()
      var events: [InputEvent] = []
      if signalled { events += readSignals() }
      if input { events += readInput() }
      if exit != nil { break }
      let deadline = handler.nextDeadline.map { $0 <= clock.now } ?? false
      let isFrameDue = isWoken && frameTime() <= clock.now
      if !events.isEmpty || deadline || isFrameDue { serve(events) }
    }
    return exit ?? .finished
  }

  /// When a wakeup may be answered: background work cannot make the screen flicker faster than the eye reads.
  private func frameTime() -> ContinuousClock.Instant {
    lastFrame.map { $0 + frameInterval } ?? clock.now
  }

  private mutating func wait() -> (input: Bool, signalled: Bool) {
    var times: [ContinuousClock.Instant] = []
    if let deadline = handler.nextDeadline { times.append(deadline) }
    if isWoken { times.append(frameTime()) }
    var timeout: Int32 = -1
    if let next = times.min() {
      let left = next - clock.now
      let (seconds, attoseconds) = left.components
      let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
      timeout = Int32(clamping: max(0, milliseconds))
    }
    var descriptors = [
      pollfd(fd: session.inputDescriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, nfds_t(descriptors.count), timeout)
    guard count > 0 else { return (false, false) }
    if descriptors[2].revents != 0, wakeup.drain() { isWoken = true }
    let readable = descriptors[0].revents & Int16(POLLIN) != 0
    if !readable, descriptors[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { exit = .hangup }
    return (readable, descriptors[1].revents != 0)
  }

  private mutating func readSignals() -> [InputEvent] {
    var events: [InputEvent] = []
    for number in signals.read() {
      switch number {
      case SIGWINCH, SIGCONT:
        if number == SIGCONT { session.resume() }
        if let size = session.updateSize() { events.append(.resize(size)) }
      case SIGTSTP: events += suspend()
      case SIGINT: if handler.interrupted() { exit = .interrupted }
      case SIGHUP: exit = .hangup
      default: exit = .terminated
      }
    }
    return events
  }

  private mutating func readInput() -> [InputEvent] {
    let read = session.readEvents()
    // Readable without a byte to read is the end of the input: the terminal is gone.
    if read.isEmpty, isAtEnd() {
      exit = .hangup
      return []
    }
    var events: [InputEvent] = []
    for event in read {
      switch event {
      case .key(let press) where handler.takes(press): events.append(event)
      case .key(KeyPress.control("c")): if handler.interrupted() { exit = .interrupted }
      case .key(KeyPress.control("z")): events += suspend()
      case .key(KeyPress.control("l")):
        session.redrawAll()
        events.append(event)
      default: events.append(event)
      }
    }
    return events
  }

  private func isAtEnd() -> Bool {
    var descriptor = pollfd(fd: session.inputDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0 && descriptor.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
  }

  private mutating func suspend() -> [InputEvent] {
    session.suspend()
    return [.resize(session.updateSize() ?? session.size)]
  }

  private mutating func serve(_ events: [InputEvent]) {
    isWoken = false
    handler.handle(events)
    for request in handler.takeRequests() {
      switch request {
      case .copy(let text): if !session.copy(text) { session.bell() }
      case .bell: session.bell()
      case .suspend: handler.handle(suspend())
      case .redraw: session.redrawAll()
      }
    }
    if handler.isFinished {
      exit = .finished
      return
    }
    session.draw(handler.frame(size: session.size))
    lastFrame = clock.now
  }
}
