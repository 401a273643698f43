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
    var child: ProcessIdentity?
    while !Task.isCancelled {
      if identity == nil {
        child?.reap()
        try? await Task.sleep(for: pause)
        if Task.isCancelled { return }
        // It may have come back by itself meanwhile: the recorder and the ground start each other.
        if identity == nil {
          let began = ContinuousClock.now
          child = try? DaemonSpawner.spawn(process.executable, process.arguments, log: home.log(process.name))
          try? child?.write(to: home.pidFile(process.name))
          while !Task.isCancelled, child?.isAlive ?? false { try? await Task.sleep(for: .milliseconds(200)) }
          let isEarly = ContinuousClock.now - began < .seconds(30)
          pause = isEarly ? min(max(pause * 2, .milliseconds(200)), .seconds(5)) : .zero
          continue
        }
      }
      try? await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Ends it for good.
  func stop(grace: Duration) async {
    guard let identity else { return }
    identity.signal(SIGTERM)
    let deadline = ContinuousClock.now + grace
    while identity.isAlive {
      identity.reap()
      if ContinuousClock.now > deadline { identity.signal(SIGKILL) }
      try? await Task.sleep(for: .milliseconds(20))
    }
    identity.reap()
    try? Files.remove(home.pidFile(process.name))
  }
}
