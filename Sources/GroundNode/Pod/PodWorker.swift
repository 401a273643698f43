import Glibc
import GroundAPI
import JSONBytes
import StateDirectory
import TimeFormat

/// Carries out what a pod's machine decides, and tells it what happened.
struct PodWorker: Sendable {
  enum Message: Sendable {
    /// The object changed; a deletion shows in it.
    case changed(JSONValue)
    /// The object is gone from the API.
    case removed
    case happened(PodMachine.Input)
    case tick
  }

  let pod: JSONValue
  let node: String
  let nodeNumber: Int
  let services: NodeServices
  private let messages: AsyncStream<Message>
  private let continuation: AsyncStream<Message>.Continuation

  init(pod: JSONValue, node: String, nodeNumber: Int, services: NodeServices) {
    self.pod = pod
    self.node = node
    self.nodeNumber = nodeNumber
    self.services = services
    (messages, continuation) = AsyncStream.makeStream(of: Message.self)
  }

  func send(_ message: Message) { continuation.yield(message) }

  /// Runs until the pod is gone, or until cancelled: then the containers live on, for the next daemon.
  func run() async {
    let spec = PodSpec(pod)
    let steps = PodSteps(spec: spec, node: node, hostIP: services.addresses.node(nodeNumber), services: services)
    var machine = PodMachine(spec, limits: services.limits)
    var object = pod
    var podIP: String?
    var alarm: Timestamp?
    await withDiscardingTaskGroup { group in
      send(.happened(.adopted(steps.adoptedRuns(object))))
      if let deadline = steps.deadline(object, isNew: false) { send(.happened(.delete(deadline: deadline))) }
      for run in steps.liveRuns() { watch(run.run, run.container, run.number, spec) }
      loop: for await message in messages {
        var actions: [PodMachine.Action] = []
        switch message {
        case .removed: break loop
        case .changed(let new):
          let isNew = object.at("metadata", "deletionTimestamp") == nil
          object = new
          if let deadline = steps.deadline(new, isNew: isNew) { actions = machine.handle(.delete(deadline: deadline), at: services.now()) }
        case .tick:
          alarm = nil
          actions = machine.handle(.tick, at: services.now())
        case .happened(let input): actions = machine.handle(input, at: services.now())
        }
        for action in actions {
          switch action {
          case .event(let event): steps.record(event, object)
          case .prepare:
            do {
              podIP = try steps.prepare(object, podIP, nodeNumber)
              send(.happened(.prepared))
            } catch {
              let isVolume = error is PodVolumes.Failure
              let words = (error as? PodVolumes.Failure)?.message ?? "\(error)"
              send(.happened(.prepareFailed(reason: isVolume ? "FailedMount" : "FailedCreatePodSandBox", message: words)))
            }
          case .start(let name, let number):
            guard let container = steps.container(name), let ip = podIP else { continue }
            let current = object
            group.addTask { [self] in
              for input in await steps.start(container, number, current, ip) { send(.happened(input)) }
              watch(steps.folder.run(name, number), name, number, spec)
            }
          case .probe(let name, let kind, let number):
            guard let probe = steps.container(name)?.probes[kind], let ip = podIP else { continue }
            group.addTask { [self] in
              let failure = await steps.probe(probe.handler, name, number, ip, timeout: probe.timeout)
              guard !Task.isCancelled else { return }
              send(.happened(.probed(name, kind, run: number, isSuccess: failure == nil, message: failure ?? "")))
            }
          case .hook(let name, let number):
            guard let hook = steps.container(name)?.preStop, let ip = podIP else { continue }
            group.addTask { [self] in
              let failure = await steps.probe(hook, name, number, ip, timeout: spec.gracePeriod)
              guard !Task.isCancelled else { return }
              send(.happened(.hookEnded(name, run: number, failure: failure)))
            }
          case .terminate(let name, let number): steps.folder.run(name, number).signal(SIGTERM)
          case .kill(let name, let number): steps.folder.run(name, number).kill()
          case .confirm:
            steps.publish(machine, podIP)
            // Nothing of it runs: there is nothing else to do until it is told.
            while !steps.confirm(), !Task.isCancelled { try? await Task.sleep(for: .seconds(1)) }
          }
        }
        steps.publish(machine, podIP)
        if let wake = machine.nextWake, alarm.map({ wake < $0 }) ?? true {
          alarm = wake
          // A moment beyond an hour is looked at again: no clock of the system takes one in the year 2262.
          let pause = min(max(wake - services.now(), .zero), .seconds(3600))
          group.addTask { [self] in
            try? await Task.sleep(for: pause)
            if !Task.isCancelled { send(.tick) }
          }
        }
      }
      group.cancelAll()
    }
    guard !Task.isCancelled else { return }
    for run in steps.folder.runs { services.monitor.forget(run) }
    await steps.folder.bury()
    if let podIP { services.addresses.release(podIP) }
  }

  private func watch(_ run: ContainerRun, _ name: String, _ number: Int, _ spec: PodSpec) {
    guard run.isLaunched else { return }
    let limit = (spec.containers + spec.initContainers).first { $0.name == name }?.memoryLimit
    services.monitor.watch(run, memoryLimit: limit) { [continuation] exit in
      continuation.yield(.happened(.exited(name, run: number, exit)))
    }
  }
}
