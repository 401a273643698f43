import CLinux
import Glibc

/// One container's keeper: starts it, owns its output, reaps it, records its end.
///
/// It belongs to nobody: it leads a session of its own and lives on when the ground's daemon dies, as containerd's shim does, so
/// that no line
/// and no exit code is lost. It never asks to be killed with its parent: that signal fires when the forking thread ends, not the process.
///
/// Files in its folder: `spec` (read), `lock` (held while it lives), `shim` and `state` (identity of itself and of the container),
/// `oom` (made by the
/// daemon before it kills for memory), `exit` (written last).
struct Shim {
  let folder: String

  /// Answers this process' exit code.
  func run() -> CInt {
    detach()
    // A second shim for the same run, after a daemon that died between start and record, leaves it to the first.
    let lock = periplus_open("\(folder)/lock", O_RDWR | O_CREAT, 0o600)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { return 0 }
    guard access("\(folder)/exit", F_OK) != 0 else { return 0 }
    if let state = Bytes.text("\(folder)/state") {
      buryOrphan(state)
      return 0
    }
    guard let bytes = Bytes.read("\(folder)/spec"), let spec = Specification(bytes) else {
      record("failed the specification \(folder)/spec cannot be read")
      return 1
    }
    if let me = Processes.identity(of: getpid()) { Bytes.writeDurably(me + "\n", to: "\(folder)/shim", in: folder) }
    return keep(spec)
  }

  private func detach() {
    setsid()
    _ = periplus_become_subreaper()
    signal(SIGHUP, SIG_IGN)
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    var child = sigset_t()
    sigemptyset(&child)
    sigaddset(&child, SIGCHLD)
    sigprocmask(SIG_BLOCK, &child, nil)
    umask(0o022)
    _ = chdir("/")
  }

  private func keep(_ spec: Specification) -> CInt {
    var child = sigset_t()
    sigemptyset(&child)
    sigaddset(&child, SIGCHLD)
    let signals = periplus_signalfd(&child)
    var output: [CInt] = [-1, -1]
    var errors: [CInt] = [-1, -1]
    let null = periplus_open("/dev/null", O_RDONLY, 0)
    guard signals >= 0, null >= 0, periplus_pipe(&output) == 0, periplus_pipe(&errors) == 0, let log = CRIWriter(path: spec.log) else {
      record("failed cannot open \(spec.log): \(String(cString: strerror(errno)))")
      return 1
    }
    var pid: pid_t = 0
    let result = withCStrings(spec.arguments) { argv in
      withCStrings(spec.environment) { envp in
        // The container has the reading ends, too: were this process killed, its next write would be its end otherwise, and what is in the
        // pipes would go with the last who has them open.
        periplus_spawn_keeping(&pid, spec.executable, argv, envp, spec.folder, null, output[1], errors[1], 0, output[0], errors[0])
      }
    }
    close(null)
    close(output[1])
    close(errors[1])
    guard result == 0 else {
      record("failed cannot start \(spec.executable): \(String(cString: strerror(result)))")
      return 1
    }
    // Until it is reaped below, its entry in /proc stays, even when it ends at once.
    if let identity = Processes.identity(of: pid) {
      let pipes = "\(OrphanedPipe.number(of: output[0])) \(OrphanedPipe.number(of: errors[0]))"
      Bytes.writeDurably("\(identity) \(nanoseconds()) \(pipes)\n", to: "\(folder)/state", in: folder)
    }
    var pump = Pump(log: log, output: output[0], errors: errors[0])
    let status = pump.run(until: pid, signals: signals)
    let finished = nanoseconds()
    endFamily(of: pid)
    pump.drain()
    pump.log.close()
    record(outcome(status), at: finished)
    return 0
  }

  /// Kills what the container left behind: the rest of its process group, and whatever this subreaper inherits, generation by generation.
  private func endFamily(of pid: pid_t) {
    kill(-pid, SIGKILL)
    while true {
      for child in Processes.children() { kill(child, SIGKILL) }
      var status: CInt = 0
      if waitpid(-1, &status, 0) < 0, errno == ECHILD { return }
      // All that ended with it: to look through all processes for each of five hundred takes ten seconds.
      while waitpid(-1, &status, WNOHANG) > 0 {}
    }
  }

  /// The shim before this one was killed. Nobody can know its container's exit code: end it, write down what is still in its pipes, and say so.
  ///
  /// Lost is what the dead one had read and not written yet: the chunk of at most 64 KiB a stream that it copied just then, and the
  /// beginning of a line whose end had not come.
  private func buryOrphan(_ state: String) {
    let fields = state.split { $0 == " " || $0 == "\n" }
    let specification = Bytes.read("\(folder)/spec").flatMap { Specification($0) }
    let main = pid_t(fields.first ?? "").flatMap { pid in
      fields.count >= 3 && pid > 1 && Processes.identity(of: pid) == fields[0..<3].joined(separator: " ") ? pid : nil
    }
    // Opened while there is somebody who has them.
    let family = (main.map { [$0] } ?? []) + (specification?.root.map { Processes.having($0) } ?? [])
    let pipes = (4..<6).map { $0 < fields.count ? OrphanedPipe.open(number: fields[$0], of: family) : -1 }
    if let main {
      kill(-main, SIGKILL)
      kill(main, SIGKILL)
    }
    // What the container started in sessions of its own is nobody's any more. New ones may come until the last is gone.
    if let root = specification?.root {
      for round in 0..<60 {
        let left = Processes.having(root)
        if left.isEmpty { break }
        for pid in left { kill(pid, SIGKILL) }
        if round > 10 { sleep(1) }
      }
    }
    if let specification, pipes.contains(where: { $0 >= 0 }), let log = CRIWriter(path: specification.log) {
      var pump = Pump(log: log, output: pipes[0], errors: pipes[1])
      pump.drain()
      pump.log.close()
    }
    // On a full disk it is given up: a daemon that still wants to know starts another of us, and one that is gone wants nothing.
    record("lost", attempts: 5)
  }

  private func outcome(_ status: CInt) -> String {
    let signal = periplus_term_signal(status)
    return signal != 0 ? "signal \(signal)" : "code \(periplus_exit_code(status))"
  }

  /// `exit`: the outcome, the moment in nanoseconds since the epoch, and `oom` where the daemon killed for memory; a line each.
  private func record(_ outcome: String, at moment: Int64? = nil, attempts: Int = .max) {
    let reason = access("\(folder)/oom", F_OK) == 0 ? "oom\n" : ""
    Bytes.writeDurably("\(outcome)\n\(moment ?? nanoseconds())\n\(reason)", to: "\(folder)/exit", in: folder, attempts: attempts)
  }

  private func nanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}

/// A null-terminated array of C strings, as exec wants it.
private func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return withUnsafePointer(to: nil) { body($0) } }
    return body(base)
  }
}
