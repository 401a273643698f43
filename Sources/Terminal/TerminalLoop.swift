import CNcurses
import Glibc
import Screen

/// The loop between a terminal and a handler, on a thread of its own that makes every ncurses call.
///
/// It sleeps in poll(2) until a key, a signal, a wakeup or the handler's deadline; it does nothing in between.
package enum TerminalLoop {
  /// Runs until the handler is finished, or the user, a signal or the terminal ends it; the terminal is then as it was before.
  ///
  /// Call `TerminalGuard.runIfRequested()` first in main. SIGWINCH, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP and SIGCONT belong to the
  /// loop while it runs and have their former effect afterwards.
  ///
  /// - Parameters:
  ///   - wakeup: signal it from anywhere when there is something new to show.
  ///   - handler: makes the handler on the loop's thread, where it stays.
  package static func run(
    options: TerminalOptions = TerminalOptions(), wakeup: Wakeup, handler: @escaping @Sendable () -> any TerminalHandler
  ) async throws(TerminalError) -> TerminalExit {
    let result: Result<TerminalExit, TerminalError> = await withCheckedContinuation { continuation in
      let job = LoopJob {
        do throws(TerminalError) {
          continuation.resume(returning: .success(try runHere(options: options, wakeup: wakeup, handler: handler())))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      if !job.start() { continuation.resume(returning: .failure(.refused("no thread could be started"))) }
    }
    return try result.get()
  }

  /// The same on the calling thread, which it blocks.
  package static func runHere(
    options: TerminalOptions, wakeup: Wakeup, handler: any TerminalHandler
  ) throws(TerminalError) -> TerminalExit {
    let signals = try TerminalSignals()
    let session = try TerminalSession(options)
    var turn = LoopTurn(session: session, handler: handler, options: options, wakeup: wakeup, signals: signals)
    let exit = turn.run()
    // In this order: until the terminal is given back a signal must not end the program.
    session.close()
    withExtendedLifetime(signals) {}
    return exit
  }
}

/// A closure for a thread.
private final class LoopJob {
  private let body: () -> Void

  init(_ body: @escaping () -> Void) {
    self.body = body
  }

  // Not a closure of the caller: Swift 6 would check that caller's isolation on the new thread.
  private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument else { return nil }
    Unmanaged<LoopJob>.fromOpaque(argument).takeRetainedValue().body()
    return nil
  }

  func start() -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(self)
    if pthread_create(&thread, &attributes, LoopJob.entry, argument.toOpaque()) == 0 { return true }
    argument.release()
    return false
  }
}
