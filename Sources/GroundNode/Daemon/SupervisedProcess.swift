import Glibc
import StateDirectory
import TimeFormat

/// A daemon that the ground's daemon keeps running. It outlives the ground's death; the next ground adopts it.
package struct SupervisedProcess: Sendable {
  /// Also of its pid file and its log.
  package var name: String
  package var executable: String
  package var arguments: [String]

  package init(name: String, executable: String, arguments: [String]) {
    self.name = name
    self.executable = executable
    self.arguments = arguments
  }
}

struct ProcessSupervisor: Sendable {
  let process: SupervisedProcess
  let home: Home

  private var identity: ProcessIdentity? { ProcessIdentity.read(from: home.pidFile(process.name)).flatMap { $0.isAlive ? $0 : nil } }

  /// Starts it whenever it does not run, waiting longer after each early death, until cancelled. Leaves it running then.
  func run() async {
    var pause = Duration.zero
    while !Task.isCancelled {
      if let running = identity {
        _ = await running.end()
        running.reap()
        continue
      }
      try? await Task.sleep(for: pause)
      // It may have come back by itself meanwhile: the recorder and the ground start each other.
      guard !Task.isCancelled, identity == nil else { continue }
      let began = ContinuousClock.now
      if let child = try? DaemonSpawner.spawn(process.executable, process.arguments, log: home.log(process.name)) {
        try? child.write(to: home.pidFile(process.name))
        _ = await child.end()
        child.reap()
      }
      let isEarly = ContinuousClock.now - began < .seconds(30)
      pause = isEarly ? min(max(pause * 2, .milliseconds(200)), .seconds(5)) : .zero
    }
  }

  /// Ends it for good.
  func stop(grace: Duration) async {
    guard let identity else { return }
    identity.signal(SIGTERM)
    // One that was stopped (SIGSTOP) hears it only then.
    identity.signal(SIGCONT)
    if await !identity.end(within: grace) {
      identity.signal(SIGKILL)
      _ = await identity.end(within: .seconds(10))
    }
    identity.reap()
    try? Files.remove(home.pidFile(process.name))
  }
}
