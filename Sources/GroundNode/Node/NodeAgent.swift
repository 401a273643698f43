import Glibc
import GroundAPI
import JSONBytes
import StateDirectory
import TimeFormat

/// The agent of one virtual node: reports it, and has a worker for each pod bound to it.
struct NodeAgent: Sendable {
  /// With this annotation on its Node a node is lost, as if its machine had lost power: its containers die and nothing is reported
  /// any more.
  static let lost = "periplus.local/lost"

  let status: NodeStatus
  let heartbeat: Duration
  let services: NodeServices

  private var name: String { status.name }
  private var isLost: Bool { services.store.get(.nodes, name: name)?.at("metadata", "annotations", Self.lost)?.stringValue == "true" }

  func run() async {
    status.register(in: services.store)
    while !Task.isCancelled {
      if !isLost {
        status.report(to: services.store, at: services.now())
        await withDiscardingTaskGroup { group in
          group.addTask { await beat() }
          group.addTask { await servePods() }
          await until(lost: true)
          group.cancelAll()
        }
        if Task.isCancelled { return }
        blackOut()
      }
      await until(lost: false)
    }
  }

  private func beat() async {
    while !Task.isCancelled {
      let conditions = services.store.get(.nodes, name: name)?.at("status", "conditions")?.arrayValue
      if conditions?.first(where: { $0["type"] == "Ready" })?["status"] == "True" {
        status.renewLease(in: services.store, at: services.now())
      } else {
        // Declared silent, for instance after the machine slept; or deleted by hand.
        status.register(in: services.store)
        status.report(to: services.store, at: services.now())
      }
      try? await Task.sleep(for: heartbeat)
    }
  }

  /// Returns when the node is lost, or found again, or on cancellation.
  private func until(lost: Bool) async {
    while !Task.isCancelled {
      let watch: Watch
      do {
        watch = try services.store.watch(.nodes, fields: FieldSelector("metadata.name", equals: name))
      } catch {
        return
      }
      defer { watch.cancel() }
      if isLost == lost { return }
      for await _ in watch.events {
        if isLost == lost { return }
        if watch.lostEvents { break }
      }
    }
  }

  /// The machine has lost power.
  private func blackOut() {
    for uid in Files.names(in: services.home.pods) {
      let folder = PodFolder(home: services.home, uid: uid)
      guard folder.place?.node == name else { continue }
      for run in folder.runs where !run.hasEnded {
        services.monitor.forget(run)
        run.kill()
      }
    }
  }

  private func servePods() async {
    var workers: [String: PodWorker] = [:]
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let watch: Watch
        do {
          watch = try services.store.watch(.pods, fields: FieldSelector("spec.nodeName", equals: name))
        } catch {
          return
        }
        let present = Set(
          services.store.list(.pods, fields: FieldSelector("spec.nodeName", equals: name)).items
            .compactMap { $0.at("metadata", "uid")?.stringValue })
        for (uid, worker) in workers where !present.contains(uid) {
          worker.send(.removed)
          workers[uid] = nil
        }
        for await event in watch.events {
          guard let uid = event.object.at("metadata", "uid")?.stringValue else { continue }
          switch event.change {
          case .added, .modified:
            if let worker = workers[uid] {
              worker.send(.changed(event.object))
            } else {
              let worker = PodWorker(pod: event.object, node: name, nodeNumber: status.number, services: services)
              workers[uid] = worker
              group.addTask { await worker.run() }
            }
          case .deleted:
            workers.removeValue(forKey: uid)?.send(.removed)
          case .bookmark, .error: break
          }
          if watch.lostEvents { break }
        }
        watch.cancel()
      }
      group.cancelAll()
    }
  }
}
