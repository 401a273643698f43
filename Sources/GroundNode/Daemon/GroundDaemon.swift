import AsyncHTTPClient
import CLinux
import Glibc
import GroundAPI
import GroundControllers
import JSONBytes
import NIOCore
import NIOPosix
package import StateDirectory
import Synchronization

/// The first thing that went wrong in one of several tasks.
private final class FirstFailure: Sendable {
  private let state = Mutex<(any Error)?>(nil)
  private let wake = WakeUp()

  var error: (any Error)? { state.withLock { $0 } }
  var happened: Bool { error != nil }

  func record(_ error: any Error) {
    state.withLock { $0 = $0 ?? error }
    wake.raise()
  }

  /// Returns when there is one, or the task is cancelled.
  func wait() async { while !happened, !Task.isCancelled { await wake.wait() } }
}

/// The proving ground's daemon: API, controllers, nodes and Service addresses in one process.
package struct GroundDaemon: Sendable {
  private let home: Home
  private let options: GroundOptions

  /// Runs the ground of a home until SIGTERM or SIGINT, then stops everything it runs. Killed at once, it leaves its containers
  /// alive for the next one.
  ///
  /// Throws in one sentence where it cannot start.
  package static func run(home: Home, options: GroundOptions = GroundOptions()) async throws {
    try await GroundDaemon(home: home, options: options).run()
  }

  private func run() async throws {
    try home.create()
    StopRequest.listen()
    _ = periplus_limit_malloc_arenas(2)
    var free = try FileLock.tryLock(home.lock("ground"))
    // One that ends gives up its name a moment before its lock.
    for _ in 0..<50 where free == nil && ProcessIdentity.read(from: home.pidFile("ground"))?.isAlive != true {
      try await Task.sleep(for: .milliseconds(100))
      free = try FileLock.tryLock(home.lock("ground"))
    }
    guard let lock = free else {
      throw EnvironmentError(
        "expected no other ground in \(home.path), but one runs already; use it, or stop it with \"periplus down\"")
    }
    defer { withExtendedLifetime(lock) {} }
    // First of all: who starts another or ends this one goes by it.
    try ProcessIdentity.current?.write(to: home.pidFile("ground"))
    do {
      try await start()
    } catch {
      try? Files.remove(home.pidFile("ground"))
      throw error
    }
    for file in [home.groundInfo, home.pidFile("ground")] { try? Files.remove(file) }
    lock.remove()
  }

  private func start() async throws {
    let shim = options.shim ?? (Environment.executable.flatMap { Files.parent(of: $0) } ?? "") + "/periplus-shim"
    guard Glibc.access(shim, X_OK) == 0 else {
      throw EnvironmentError("expected the program periplus-shim at \(shim), but it is not there; build or install it beside periplus")
    }
    let lease = try AddressLease.acquire(home)
    let store = try ObjectStore(
      path: home.groundState, now: WallClock.now, serviceAddresses: ObjectStore.addresses(inSubnet: "127.\(lease.second)"))
    for name in store.unreadable {
      Self.say("The stored object \(name) is no readable JSON: the ground starts without it; apply it again.")
    }
    renumberServices(store, lease)
    let port = try choosePort(lease)
    let access = try GroundAccess(home, now: WallClock.now())
    let client = HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: Self.probing)
    do {
      try await serve(store, lease, shim, client, port, access)
    } catch {
      try? await client.shutdown()
      throw error
    }
    try? await client.shutdown()
    lease.release()
  }

  /// A line of the daemon's log, which is its standard error.
  private static func say(_ sentence: String) { _ = (sentence + "\n").withCString { write(2, $0, strlen($0)) } }

  private static var probing: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.proxy = nil
    return configuration
  }

  private func serve(
    _ store: ObjectStore, _ lease: AddressLease, _ shim: String, _ client: HTTPClient, _ port: Int, _ access: GroundAccess
  ) async throws {
    let addresses = PodAddresses(second: lease.second)
    let monitor = ContainerMonitor(shim: shim, shimLog: home.log("shim"))
    let images = ImageTable(path: home.images)
    let path = Environment.current["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    let services = NodeServices(
      store: store, home: home, images: images, addresses: addresses, monitor: monitor, prober: Prober(client: client), shim: shim,
      limits: options.restartBackOff, now: WallClock.now, path: path)
    let reaper = OrphanReaper(home: home, store: store, logsAreCollected: !options.supervised.isEmpty)
    let supervisors = options.supervised.map { ProcessSupervisor(process: $0, home: home) }
    let nodes = options.nodes.enumerated().map { index, name in
      NodeStatus(name: name, number: index + 1, address: addresses.node(index + 1), capacity: options.capacity, images: images)
    }
    await reaper.reap()
    for uid in Files.names(in: home.pods) {
      if let place = PodFolder(home: home, uid: uid).place { addresses.reserve(place.ip) }
    }
    // Before the controllers look: a node whose daemon was dead for a minute is not a lost node.
    for node in nodes {
      node.register(in: store)
      if store.get(.nodes, name: node.name)?.at("metadata", "annotations", NodeAgent.lost)?.stringValue != "true" {
        node.report(to: store, at: WallClock.now())
      }
    }
    let controllers = Controllers.all(
      nodes: NodeController(gracePeriod: options.nodeGrace, longestToleration: options.longestToleration))
    let failure = FirstFailure()

    await withDiscardingTaskGroup { outer in
      // What the containers need until their last moment.
      outer.addTask { await ServiceProxy(store: store, subnet: "127.\(lease.second).", group: MultiThreadedEventLoopGroup.singleton).run() }
      outer.addTask { await monitor.run() }
      outer.addTask { await reaper.run() }
      await withDiscardingTaskGroup { inner in
        inner.addTask { try? await ControllerManager(store: store, controllers: controllers).run() }
        for node in nodes {
          inner.addTask { await NodeAgent(status: node, heartbeat: options.heartbeat, services: services).run() }
        }
        for supervisor in supervisors { inner.addTask { await supervisor.run() } }
        inner.addTask {
          do {
            let server = GroundServer(
              store: store, token: access.token, certificate: access.certificate, port: port, logReader: PodLogFiles(home: home)
            ) { port in announce(port, access, lease, failure) }
            try await server.run()
          } catch {
            if !(error is CancellationError) { failure.record(error) }
          }
        }
        await withTaskGroup(of: Void.self) { ends in
          ends.addTask { await StopRequest.wait() }
          ends.addTask { await failure.wait() }
          await ends.next()
          ends.cancelAll()
        }
        store.endWatches()
        inner.cancelAll()
      }
      // A ground that could not start leaves the containers to the next one.
      if !failure.happened || options.endsLeftovers {
        await reaper.stopAll(grace: options.stopGrace)
        // After the containers: what collects their logs must see the last lines.
        for supervisor in supervisors { await supervisor.stop(grace: .seconds(10)) }
      }
      outer.cancelAll()
    }
    if let error = failure.error { throw error }
  }

  /// Clients can connect: tell them where.
  private func announce(_ port: Int, _ access: GroundAccess, _ lease: AddressLease, _ failure: FirstFailure) {
    do {
      guard let process = ProcessIdentity.current else { throw SystemError("read", "/proc/self/stat") }
      try Files.write("\(port)\n", to: home.port)
      try Files.write(
        GroundServer.kubeconfig(port: port, token: access.token, certificate: access.certificate), to: home.kubeconfig)
      try GroundInfo(port: port, url: "https://127.0.0.1:\(port)", network: lease.cidr, process: process).write(home)
    } catch {
      failure.record(error)
    }
  }

  /// The port this home had before, else the first free one: another home may have taken it while this one was down. Clients read
  /// the port from the kubeconfig.
  ///
  /// Each home begins to look at another port: two that start at once would find the same one free.
  private func choosePort(_ lease: AddressLease) throws -> Int {
    if let known = Files.text(home.port).flatMap({ Int($0.prefix { $0.isNumber }) }), (1...65_535).contains(known) {
      if Self.isFree(known) { return known }
    }
    let first = options.firstPort + lease.second - AddressLease.range.lowerBound
    for port in first..<first + 200 where Self.isFree(port) { return port }
    throw EnvironmentError(
      "expected a free port of 127.0.0.1 from \(first) to \(first + 199), but all are in use; stop another ground")
  }

  private static func isFree(_ port: Int) -> Bool { periplus_port_is_free(Int32(port)) != 0 }

  /// Services keep their addresses; when another home has taken the network meanwhile, they move into the new one.
  private func renumberServices(_ store: ObjectStore, _ lease: AddressLease) {
    for service in store.list(.services).items {
      guard let address = service.at("spec", "clusterIP")?.stringValue, address.hasPrefix("127."),
        !address.hasPrefix("127.\(lease.second).")
      else { continue }
      let moved = "127.\(lease.second)." + address.split(separator: ".").dropFirst(2).joined(separator: ".")
      var fresh = service
      fresh.set("spec", "clusterIP", to: .string(moved))
      fresh.set("spec", "clusterIPs", to: [.string(moved)])
      let namespace = service.at("metadata", "namespace")?.stringValue ?? ""
      let name = service.at("metadata", "name")?.stringValue ?? ""
      // The address of a Service cannot be changed, only that of a new one chosen.
      guard (try? store.delete(.services, namespace: namespace, name: name, by: "ground")) != nil else { continue }
      _ = try? store.create(.services, fresh, by: "ground")
    }
  }
}
