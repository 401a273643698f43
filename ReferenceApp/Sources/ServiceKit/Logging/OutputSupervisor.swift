import Glibc
import LogStandard
import TimeFormat

/// The first process of a container: it runs the service as its child and makes every line of the container's output a record of the
/// logging standard.
///
/// The service writes its own records directly to the container's standard output: no extra copy, and none can be lost in between.
/// What is printed past the logger (a trap's `Fatal error: …`, a C library, a forgotten `print`) comes through two pipes to this process
/// and becomes a record. When the service crashes, one more record says so, and the container ends with the same exit code or signal.
public enum OutputSupervisor {
  /// Call it first in `main`. In the first process it never returns; in the service process it returns at once.
  ///
  /// It does nothing in the local profile, where a person reads the output.
  public static func superviseThisProcess(identity makeIdentity: () -> ServiceIdentity, environment: ServiceEnvironment = .process) {
    if Supervision.adopted != nil {
      Supervision.watchLifeline()
      return
    }
    if LogProfile.current(environment).isForPeople { return }
    var supervisor = Supervisor(identity: makeIdentity())
    exit(supervisor.run())
  }
}

/// The pipe that signal handlers write to; a handler may call nothing that is not async-signal-safe, and write(2) is.
/// Safe: set once before the handlers are installed, by a process that has one thread.
private nonisolated(unsafe) var signalPipe: Int32 = -1

private func onSignal(_ number: Int32) {
  let saved = errno
  var byte = UInt8(truncatingIfNeeded: number)
  _ = write(signalPipe, &byte, 1)
  errno = saved
}

private struct Supervisor {
  private let identity: ServiceIdentity
  private let sink: LineSink
  private let lock: PipeLock
  private var child: pid_t = 0
  private var captured: [CapturedOutput] = []

  /// Passed on to the service; the rest keeps its default meaning for this small process.
  private static let forwarded: [Int32] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]

  init(identity: ServiceIdentity) {
    self.identity = identity
    let (reading, writing) = Self.makePipe()
    lock = PipeLock(reading: reading, writing: writing)
    lock.release()
    sink = LineSink(descriptor: STDOUT_FILENO, processLock: lock, locksShortLines: true)
  }

  /// - Returns: the exit code for this process; it does not return when the service was terminated by a signal that terminates this
  ///   process as well.
  mutating func run() -> Int32 {
    let (signals, signalsWrite) = Self.makePipe(nonBlocking: true)
    signalPipe = signalsWrite
    for number in Self.forwarded + [SIGCHLD] { signal(number, onSignal) }
    signal(SIGPIPE, SIG_IGN)
    // Whoever started this process may have left signals blocked, and a blocked SIGCHLD would hide the service's end.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)

    guard let lifeline = start() else { return 71 }
    let status = watch(signals: signals)
    close(lifeline)
    for index in captured.indices { captured[index].finish(report) }
    return end(status)
  }

  private mutating func start() -> Int32? {
    let (out, outWrite) = Self.makePipe(nonBlocking: true)
    let (err, errWrite) = Self.makePipe(nonBlocking: true)
    let (lifelineRead, lifeline) = Self.makePipe()
    // Only the reading ends may be non-blocking: a `print` in the service must not fail with EAGAIN.
    for descriptor in [outWrite, errWrite] { _ = fcntl(descriptor, F_SETFL, 0) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, Supervision.outputDescriptor)
    posix_spawn_file_actions_adddup2(&actions, lifelineRead, Supervision.lifelineDescriptor)
    posix_spawn_file_actions_adddup2(&actions, lock.reading, Supervision.lockReadDescriptor)
    posix_spawn_file_actions_adddup2(&actions, lock.writing, Supervision.lockWriteDescriptor)
    posix_spawn_file_actions_adddup2(&actions, outWrite, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errWrite, STDERR_FILENO)

    // A group of its own: a signal to the container's group then reaches the service once, through here.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    posix_spawnattr_setpgroup(&attributes, 0)
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    sigfillset(&mask)
    posix_spawnattr_setsigdefault(&attributes, &mask)

    setenv(Supervision.markKey, "1", 1)
    setenv(Supervision.runIDKey, identity.runID, 1)
    // One line is enough in a log; a backtrace has dozens, and takes seconds to make.
    setenv("SWIFT_BACKTRACE", "enable=no", 0)

    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    let code = posix_spawn(&child, Self.executable(), &actions, &attributes, arguments, environ)
    for argument in arguments { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    for descriptor in [outWrite, errWrite, lifelineRead] { close(descriptor) }
    guard code == 0 else {
      report(
        "Cannot start the service process (\(String(cString: strerror(code)))): check the limits on processes and memory",
        .error, "exit")
      return nil
    }
    captured = [
      CapturedOutput(descriptor: out, level: .info, category: "stdout"), CapturedOutput(descriptor: err, level: .error, category: "stderr"),
    ]
    return lifeline
  }

  /// Waits for the child's end; passes signals on and writes what it prints as records.
  private mutating func watch(signals: Int32) -> Int32 {
    while true {
      var waiting = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
      for stream in captured where !stream.ended { waiting.append(pollfd(fd: stream.descriptor, events: Int16(POLLIN), revents: 0)) }
      if poll(&waiting, nfds_t(waiting.count), -1) < 0, errno != EINTR { return -1 }
      for index in captured.indices { captured[index].readAvailable(report) }

      var numbers = [UInt8](repeating: 0, count: 64)
      let count = read(signals, &numbers, numbers.count)
      guard count > 0 else { continue }
      for number in numbers[..<count].map(Int32.init) where number != SIGCHLD { kill(child, number) }
      // The container's first process inherits orphans, and must reap them.
      while true {
        var status: Int32 = 0
        let ended = waitpid(-1, &status, WNOHANG)
        if ended <= 0 { break }
        if ended == child { return status }
      }
    }
  }

  private func end(_ status: Int32) -> Int32 {
    let number = status & 0x7f
    if number == 0 {
      let code = (status >> 8) & 0xff
      if code != 0 { report("Service exited with code \(code)", .error, "exit") }
      return code
    }
    let name = String(cString: strsignal(number))
    report("Service crashed: terminated by signal \(number) (\(name))", .error, "exit")
    signal(number, SIG_DFL)
    kill(getpid(), number)
    // The kernel ignores a signal of PID 1 to itself, so report it as shells do.
    return 128 + number
  }

  private func report(_ message: String, _ level: LogLevelWord, _ category: String) {
    sink.write(
      RecordLine.encode(
        RecordContent(
          level: level, message: message, requestID: identity.runID, category: category, className: "OutputSupervisor", methodName: "run"),
        identity: identity))
  }

  private func report(_ line: CapturedLine) {
    switch line {
    case .record(let bytes): sink.write(bytes)
    case .text(let text, let level, let category): report(text, level, category)
    }
  }

  /// By its path rather than as `/proc/self/exe`, so that process lists show the program's name.
  private static func executable() -> String {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    guard count > 0 else { return "/proc/self/exe" }
    let text = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return access(text, X_OK) == 0 ? text : "/proc/self/exe"
  }

  private static func makePipe(nonBlocking: Bool = false) -> (reading: Int32, writing: Int32) {
    var descriptors: [Int32] = [-1, -1]
    _ = pipe(&descriptors)
    for descriptor in descriptors {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      if nonBlocking { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }
    return (descriptors[0], descriptors[1])
  }
}
