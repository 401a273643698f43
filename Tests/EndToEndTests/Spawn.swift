import Glibc
import Foundation

/// Starts and awaits processes by the system's own calls: Foundation's `Process` also waits for daemons that keep its descriptors.
enum Spawn {
  struct Failure: Error { var sentence: String }

  static func start(_ words: [String], _ environment: [String], input: String, output: String, errors: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND, 0)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_APPEND, 0)
    // Threads of the test runner block signals; a program started from one must not inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    var argv = words.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    let result = posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp)
    guard result == 0 else { throw Failure(sentence: "\(words[0]) cannot be started: \(String(cString: strerror(result)))") }
    return pid
  }

  /// The exit code, or 128 and the signal; kills what runs longer than `limit` seconds. Calls `meanwhile` every other millisecond.
  static func wait(_ pid: pid_t, limit: Double, meanwhile: () -> Void = {}) -> Int32 {
    let end = ContinuousClock.now + .seconds(limit)
    var status: Int32 = 0
    while waitpid(pid, &status, WNOHANG) == 0 {
      if ContinuousClock.now > end { kill(pid, SIGKILL) }
      meanwhile()
      var pause = timespec(tv_sec: 0, tv_nsec: 2_000_000)
      nanosleep(&pause, nil)
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
