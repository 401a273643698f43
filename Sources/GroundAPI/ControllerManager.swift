package import GroundControllers
import JSONBytes
import Kubernetes
import ServiceLifecycle
import Synchronization
import TimeFormat

/// Runs controllers on the store: level-triggered by its changes, idle while nothing changes.
///
/// Each controller has a queue of the objects that it is to look at. A change puts those in that it concerns; so does a moment
/// that a controller asked for. All are looked at again from time to time, should anything have been missed.
package final class ControllerManager: Service {
  /// What one controller is to look at, each once, in the order in which it was put in.
  private struct Queue {
    private var waiting: [ObjectKey] = []
    private var known: Set<ObjectKey> = []
    private var alarms: [ObjectKey: Timestamp] = [:]

    var isEmpty: Bool { waiting.isEmpty }
    var nextAlarm: Timestamp? { alarms.values.min() }

    mutating func add(_ keys: [ObjectKey]) {
      for key in keys where known.insert(key).inserted { waiting.append(key) }
    }

    mutating func addDue(at now: Timestamp) { add(alarms.filter { $0.value <= now }.keys.sorted()) }

    mutating func take() -> [ObjectKey] {
      defer {
        waiting = []
        known = []
      }
      return waiting
    }

    mutating func setAlarm(_ key: ObjectKey, _ moment: Timestamp?) { alarms[key] = moment }
  }

  private struct Work {
    var view = ClusterView()
    /// Of the view; none yet.
    var revision: Int64 = -1
    var queues: [Queue]
    var resynced: Timestamp?
  }

  private let store: ObjectStore
  private let controllers: [Controller]
  /// Held for a whole pass: there is one at a time.
  private let work: Mutex<Work>

  private let resync: Duration

  /// - Parameter resync: after this time without a change every object is looked at again.
  package init(store: ObjectStore, controllers: [Controller], resync: Duration = .seconds(30)) {
    self.store = store
    self.controllers = controllers
    self.resync = resync
    work = Mutex(Work(queues: controllers.map { _ in Queue() }))
  }

  /// Runs until its task is cancelled or a graceful shutdown begins.
  package func run() async throws {
    try? await cancelWhenGracefulShutdown { try await self.passes() }
  }

  private func passes() async throws {
    let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        var isOver = false
        while !isOver, !Task.isCancelled {
          let watch = self.store.watchAll()
          // What came before it was opened, or was lost by the one before.
          waker.yield()
          for await event in watch.events {
            // Events are told to people; no controller waits for one.
            if event.resource != .events { waker.yield() }
            if watch.lostEvents { break }
          }
          isOver = !watch.lostEvents
          watch.cancel()
        }
        waker.finish()
      }
      group.addTask {
        var timer: Task<Void, Never>?
        for await _ in wakes {
          if Task.isCancelled { break }
          let next = self.pass()
          timer?.cancel()
          timer = Task {
            // A moment of rest even where a controller asks for one that has passed.
            try? await Task.sleep(for: max(next, .milliseconds(50)))
            if !Task.isCancelled { waker.yield() }
          }
        }
        timer?.cancel()
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// Lets every controller look once at what waits in its queue. Returns how long until the next look that was asked for.
  package func pass() -> Duration {
    work.withLock { work in
      let now = store.now()
      if work.resynced.map({ now - $0 >= resync }) ?? true {
        try? store.expireEvents()
        follow(&work)
        for index in controllers.indices { work.queues[index].add(controllers[index].keys(work.view)) }
        work.resynced = now
      }
      follow(&work)
      for (index, controller) in controllers.enumerated() {
        work.queues[index].addDue(at: now)
        for key in work.queues[index].take() {
          let outcome = controller.reconcile(key, work.view, store.now())
          work.queues[index].setAlarm(key, outcome.again)
          if outcome.writes.isEmpty { continue }
          for write in outcome.writes { apply(write, controller.name) }
          follow(&work)
        }
      }
      if work.queues.contains(where: { !$0.isEmpty }) { return .zero }
      return min(resync, work.queues.compactMap(\.nextAlarm).min().map { $0 - store.now() } ?? resync)
    }
  }

  /// Takes in what has changed in the store, and asks every controller what of it concerns it.
  private func follow(_ work: inout Work) {
    guard let changes = store.changes(after: work.revision) else {
      let (objects, revision) = store.everything()
      work.view = ClusterView(objects)
      work.revision = revision
      for index in controllers.indices { work.queues[index].add(controllers[index].keys(work.view)) }
      return
    }
    for change in changes {
      work.revision = change.revision
      let key = ObjectKey(change.resource.type, namespace: change.key.namespace, name: change.key.name)
      let seen = ObjectChange(key, old: change.old, new: change.new)
      work.view.apply(seen)
      for (index, controller) in controllers.enumerated() { work.queues[index].add(controller.enqueue(seen, work.view)) }
    }
  }

  /// A refused write is dropped: the state has moved on, and its change wakes the controller again.
  private func apply(_ write: Write, _ manager: String) {
    do throws(APIError) {
      switch write {
      case .create(let resource, let object, let announcement):
        guard let resource = Resource.named(resource.id) else { return }
        let made = try store.create(resource, object, by: manager)
        if let announcement { announce(announcement, appending: object.name.isEmpty ? made.name : "", manager) }
      case .patch(let resource, let reference, let subresource, let merge, let version):
        guard let resource = Resource.named(resource.id) else { return }
        try store.update(
          resource, namespace: reference.namespace, name: reference.name, subresource: subresource, by: manager
        ) { (object) throws(APIError) in
          try check(object, reference, version)
          object = MergePatch.apply(merge, to: object)
        }
      case .condition(let resource, let reference, let type, let status, let reason, let message):
        guard let resource = Resource.named(resource.id) else { return }
        let now = store.now()
        try store.update(
          resource, namespace: reference.namespace, name: reference.name, subresource: "status", by: manager
        ) { (object) throws(APIError) in
          try check(object, reference, nil)
          object.setCondition(type, status: status, reason: reason, message: message, at: now)
        }
      case .delete(let resource, let reference, let grace, let announcement):
        guard let resource = Resource.named(resource.id) else { return }
        try store.delete(
          resource, namespace: reference.namespace, name: reference.name,
          options: DeleteOptions(gracePeriodSeconds: grace, uid: reference.uid), by: manager)
        if let announcement { announce(announcement, appending: "", manager) }
      case .bind(let pod, let node): try store.bind(pod.name, namespace: pod.namespace, node: node, by: manager)
      case .announce(let announcement): announce(announcement, appending: "", manager)
      }
    } catch {
      return
    }
  }

  private func check(_ object: JSONValue, _ reference: Reference, _ version: String?) throws(APIError) {
    guard object.uid == reference.uid else {
      throw APIError(code: 409, reason: "Gone", message: "\(reference.name) is another object now")
    }
    if let version, object.at("metadata", "resourceVersion")?.stringValue != version {
      throw APIError(code: 409, reason: "Gone", message: "\(reference.name) has changed")
    }
  }

  private func announce(_ announcement: Announcement, appending name: String, _ manager: String) {
    let component = announcement.reason == "TaintManagerEviction" ? "taint-eviction-controller" : manager
    store.recordEvent(
      about: announcement.about, type: announcement.isWarning ? "Warning" : "Normal", reason: announcement.reason,
      message: announcement.message + name, component: component)
  }
}

extension ObjectStore {
  /// Every object, at one revision.
  func everything() -> (objects: [(key: ObjectKey, object: JSONValue)], revision: Int64) {
    let (tables, revision) = state.withLock { ($0.tables, $0.revision) }
    let objects = tables.flatMap { id, table -> [(key: ObjectKey, object: JSONValue)] in
      guard let type = Resource.named(id)?.type else { return [] }
      return table.map { (ObjectKey(type, namespace: $0.key.namespace, name: $0.key.name), $0.value) }
    }
    return (objects, revision)
  }

  /// What has changed after a revision, oldest first; `nil` when that is no longer known.
  func changes(after revision: Int64) -> [StoredChange]? { state.withLock { $0.cache.changes(after: revision) } }
}
