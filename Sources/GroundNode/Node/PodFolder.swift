import Glibc
package import StateDirectory
import TimeFormat

/// What is on the disk of one pod: its runs, and its place, so that a daemon started anew knows it without the API.
package struct PodFolder: Sendable, Hashable {
  var home: Home
  var uid: String

  package init(home: Home, uid: String) {
    self.home = home
    self.uid = uid
  }

  struct Place: Sendable, Hashable {
    var namespace: String
    var name: String
    var node: String
    var ip: String
  }

  var path: String { home.pod(uid: uid) }

  var place: Place? {
    guard let lines = Files.text("\(path)/place")?.split(separator: "\n").map(String.init), lines.count >= 4 else { return nil }
    return Place(namespace: lines[0], name: lines[1], node: lines[2], ip: lines[3])
  }

  func write(_ place: Place) throws {
    try Files.makeFolder(path)
    try Files.write("\(place.namespace)\n\(place.name)\n\(place.node)\n\(place.ip)\n", to: "\(path)/place")
  }

  func run(_ container: String, _ number: Int) -> ContainerRun {
    ContainerRun(folder: home.container(uid: uid, name: container, restart: number))
  }

  /// The numbers of a container's runs, in order.
  func runNumbers(_ container: String) -> [Int] { Files.names(in: "\(path)/\(container)").compactMap { Int($0) }.sorted() }

  var runs: [ContainerRun] {
    Files.names(in: path).filter { !$0.hasPrefix(".") && $0 != "place" }
      .flatMap { container in runNumbers(container).map { run(container, $0) } }
  }

  /// What a daemon before this one left of a container; `nil` when it was never started.
  func adopted(_ container: String, wasReady: Bool, hadStarted: Bool) -> PodMachine.Adopted? {
    guard let number = runNumbers(container).last(where: { run(container, $0).isLaunched }) else { return nil }
    let present = run(container, number)
    var previous: ContainerRecord.Termination?
    if number > 0, let exit = run(container, number - 1).exit {
      previous = .init(exit: exit, startedAt: run(container, number - 1).state?.startedAt, run: number - 1)
    }
    return .init(
      run: number, startedAt: present.state?.startedAt, exit: present.exit, previous: previous, wasReady: wasReady, hadStarted: hadStarted)
  }

  /// Ends whatever still runs, waits for the keepers to have written everything, marks the logs as complete and removes the folder.
  package func bury() async {
    let runs = runs
    for run in runs where run.isLaunched && !run.hasEnded { if run.isShimAlive { run.kill() } else { run.killFamily() } }
    // A run whose keeper is gone has nobody who would write its end: it has been killed above, and that is all there is.
    let deadline = ContinuousClock.now + .seconds(10)
    for run in runs {
      while let shim = run.shim, shim.isAlive, ContinuousClock.now < deadline, !Task.isCancelled {
        // Once more: the keeper may have started the container after the first time.
        if !run.hasEnded { run.kill() }
        _ = await shim.end(within: .seconds(1))
      }
    }
    if let place {
      let log = home.podLog(namespace: place.namespace, pod: place.name, uid: uid)
      // The recorder takes what is left in it, and removes it.
      if Files.exists(log) { try? Files.write("", to: "\(log)/.ended") }
    }
    try? Files.remove(path)
  }
}
