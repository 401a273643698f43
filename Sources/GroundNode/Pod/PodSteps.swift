import GroundAPI
import JSONBytes
import Kubernetes
import StateDirectory
import TimeFormat

/// The single steps of a pod's life, against the disk, the processes and the API.
struct PodSteps: Sendable {
  let spec: PodSpec
  let node: String
  let hostIP: String
  let services: NodeServices

  /// As many as the API takes, for both lists.
  private static let mostContainers = 100

  var folder: PodFolder { PodFolder(home: services.home, uid: spec.uid) }

  func container(_ name: String) -> ContainerSpec? { (spec.containers + spec.initContainers).first { $0.name == name } }

  /// When a deleted pod's grace is over; `nil` while it is to live. The API's moment is cut to the second: a deletion seen as it
  /// happens gets its whole grace.
  func deadline(_ pod: JSONValue, isNew: Bool) -> Timestamp? {
    guard let text = pod.at("metadata", "deletionTimestamp")?.stringValue, let end = Timestamp(rfc3339: text) else { return nil }
    let grace = pod.at("metadata", "deletionGracePeriodSeconds")?.integer(in: IntegerRange.count) ?? 30
    return isNew ? services.now() + .seconds(grace) : end + .seconds(1)
  }

  func adoptedRuns(_ pod: JSONValue) -> [String: PodMachine.Adopted] {
    var runs: [String: PodMachine.Adopted] = [:]
    let statuses = pod.at("status", "containerStatuses")?.arrayValue ?? []
    for container in spec.initContainers + spec.containers {
      let status = statuses.first { $0["name"]?.stringValue == container.name }
      runs[container.name] = folder.adopted(
        container.name, wasReady: status?["ready"]?.boolValue ?? false, hadStarted: status?["started"]?.boolValue ?? false)
    }
    return runs
  }

  func liveRuns() -> [(run: ContainerRun, container: String, number: Int)] {
    (spec.initContainers + spec.containers).compactMap { container in
      guard let number = folder.runNumbers(container.name).last(where: { folder.run(container.name, $0).isLaunched }) else { return nil }
      let run = folder.run(container.name, number)
      return run.hasEnded ? nil : (run, container.name, number)
    }
  }

  /// Answers the pod's address.
  func prepare(_ pod: JSONValue, _ present: String?, _ nodeNumber: Int) throws -> String {
    let containers = spec.initContainers.count + spec.containers.count
    guard containers <= Self.mostContainers else {
      throw EnvironmentError(
        "expected at most \(Self.mostContainers) containers in a pod, each is two processes, but this pod has \(containers)")
    }
    let ip = try address(present, nodeNumber)
    do {
      try folder.write(.init(namespace: spec.namespace, name: spec.name, node: node, ip: ip))
      let place = ContainerEnvironment.Place(podIP: ip, hostIP: hostIP, node: node, root: "")
      let volumes = PodVolumes(folder: folder.path, host: "\(services.home.ground)/host") { name in
        services.store.get(.persistentVolumeClaims, namespace: spec.namespace, name: name).map {
          ClaimFolder(home: services.home, claim: $0)
        }
      }
      try volumes.prepare(spec, pod, place) { lookup($0, $1) }
      return ip
    } catch {
      if present == nil { services.addresses.release(ip) }
      throw error
    }
  }

  private func address(_ present: String?, _ nodeNumber: Int) throws -> String {
    if let present { return present }
    if let before = folder.place?.ip, services.addresses.claim(before) { return before }
    guard let fresh = services.addresses.allocate(node: nodeNumber) else {
      throw EnvironmentError("no address is left for a pod on \(node); delete a pod first")
    }
    return fresh
  }

  /// Starts a run, and answers what the machine is to know of it.
  func start(_ container: ContainerSpec, _ number: Int, _ pod: JSONValue, _ ip: String) async -> [PodMachine.Input] {
    let name = container.name
    guard let image = services.images.image(container.image) else {
      record(.init(reason: "Pulling", message: "Pulling image \"\(container.image)\"", container: name), pod)
      let known = services.images.images.keys.sorted().joined(separator: ", ")
      return [
        .startFailed(
          name,
          .image(
            "Failed to pull image \"\(container.image)\": it is not in \(services.home.images); images known here: "
              + (known.isEmpty ? "none" : known)))
      ]
    }
    guard Files.exists(image.executable) else {
      return [.startFailed(name, .image("Failed to pull image \"\(container.image)\": its program \(image.executable) does not exist"))]
    }
    let present = "Container image \"\(container.image)\" already present on machine and can be accessed by the pod"
    record(.init(reason: "Pulled", message: present, container: name), pod)
    let imageID = image.digest.isEmpty ? container.image : image.digest
    do {
      let launch = try launch(container, number, image, pod, ip)
      let run = folder.run(name, number)
      services.monitor.reapLater(try run.launch(launch, shim: services.shim, shimLog: services.shimLog))
      forgetOldRuns(name, before: number)
      return await outcome(run, name, number, imageID)
    } catch let error as ContainerEnvironment.Failure {
      return [.startFailed(name, .configuration(error.message))]
    } catch {
      return [.startFailed(name, .runtime("\(error)"))]
    }
  }

  private func outcome(_ run: ContainerRun, _ name: String, _ number: Int, _ imageID: String) async -> [PodMachine.Input] {
    // The shim tells within milliseconds; only a machine without memory or disk makes it slow.
    _ = await FolderWatch.wait(in: run.folder, within: .seconds(10)) { run.state != nil || run.hasEnded }
    if Task.isCancelled { return [] }
    if let state = run.state { return [.started(name, run: number, at: state.startedAt, imageID: imageID)] }
    if let exit = run.exit {
      services.monitor.forget(run)
      return [.exited(name, run: number, exit)]
    }
    return [.started(name, run: number, at: services.now(), imageID: imageID)]
  }

  private func launch(
    _ container: ContainerSpec, _ number: Int, _ image: ImageTable.Image, _ pod: JSONValue, _ ip: String
  ) throws -> ContainerRun.Launch {
    let root = PodVolumes.root(folder.path, container.name)
    let place = ContainerEnvironment.Place(podIP: ip, hostIP: hostIP, node: node, root: root)
    let objects = services.store.list(.services, namespace: spec.namespace).items
    let variables = try ContainerEnvironment.build(
      pod: pod, spec: spec, container: container, place: place, services: objects, path: services.path
    ) { lookup($0, $1) }
    func words(_ field: String) -> [String] {
      (container.object[field]?.arrayValue ?? []).compactMap(\.stringValue).map { VariableExpansion.expand($0, variables) }
    }
    let command = words("command")
    var executable = image.executable
    if let first = command.first {
      // Left to the shim's exec, which says why it fails, where there is no such program.
      executable = Executables.resolve(first, image: image.executable, path: services.path) ?? first
    }
    var folder = root
    if let working = container.object["workingDir"]?.stringValue, !working.isEmpty {
      folder = root + "/" + working.split(separator: "/").filter { $0 != ".." }.joined(separator: "/")
      try Files.makeFolder(folder)
    }
    let log = services.home.podLog(namespace: spec.namespace, pod: spec.name, uid: spec.uid)
    return ContainerRun.Launch(
      executable: executable, arguments: [command.first ?? executable] + command.dropFirst() + words("args"),
      environment: variables.map { "\($0.key)=\($0.value)" }.sorted(), workingFolder: folder,
      log: "\(log)/\(container.name)/\(number).log")
  }

  /// The runs before the last one tell nothing that the status still shows. Their logs stay.
  private func forgetOldRuns(_ name: String, before number: Int) {
    for old in folder.runNumbers(name) where old < number - 1 { try? Files.remove(folder.run(name, old).folder) }
  }

  func probe(_ handler: ProbeSpec.Handler, _ name: String, _ number: Int, _ ip: String, timeout: Duration) async -> String? {
    var target = Prober.Target(podIP: ip, environment: [], folder: PodVolumes.root(folder.path, name))
    if case .exec = handler { target.environment = folder.run(name, number).environment }
    return await services.prober.failure(of: handler, target, timeout: timeout)
  }

  func publish(_ machine: PodMachine, _ podIP: String?) {
    let place = PodStatus.Place(hostIP: hostIP, podIP: podIP)
    let moment = services.now()
    // A pod that is gone, or another of the same name, has no use for this status.
    _ = try? services.store.update(.pods, namespace: spec.namespace, name: spec.name, subresource: "status", by: "kubelet") {
      (pod) throws(APIError) in
      guard pod.at("metadata", "uid")?.stringValue == spec.uid else {
        throw APIError(code: 404, reason: "NotFound", message: "pods \"\(spec.name)\" with UID \(spec.uid) not found")
      }
      PodStatus.apply(machine, place, at: moment, to: &pod)
    }
  }

  /// Tells the API that nothing of the pod runs any more; `false` when it could not be told, e.g. on a full disk.
  func confirm() -> Bool {
    do throws(APIError) {
      try services.store.delete(
        .pods, namespace: spec.namespace, name: spec.name, options: DeleteOptions(gracePeriodSeconds: 0, uid: spec.uid), by: "kubelet")
      return true
    } catch {
      // Gone already, or another pod of the same name.
      return error.isNotFound || error.isConflict
    }
  }

  func record(_ event: PodMachine.Event, _ pod: JSONValue) {
    services.store.recordEvent(
      about: pod, type: event.isWarning ? "Warning" : "Normal", reason: event.reason, message: event.message, component: "kubelet",
      host: node, fieldPath: event.container.flatMap { container($0)?.fieldPath })
  }

  private func lookup(_ source: ContainerEnvironment.Source, _ name: String) -> JSONValue? {
    services.store.get(source == .secret ? .secrets : .configMaps, namespace: spec.namespace, name: name)
  }
}
