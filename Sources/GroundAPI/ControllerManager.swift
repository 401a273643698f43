package import GroundControllers
import JSONBytes
import ServiceLifecycle
import Synchronization
import TimeFormat

/// Runs controllers on the store: level-triggered by its changes, idle while nothing changes.
///
/// A change marks its resource dirty and wakes the manager; each controller that minds that resource then looks at the
/// whole present state and its writes are applied. A controller may ask to be woken at a moment; all look again every
/// half minute, should anything have been missed.
package final class ControllerManager: Service {
  private struct Pending {
    var dirty: Set<String> = []
    var all = true
  }

  private let store: ObjectStore
  private let controllers: [Controller]
  private let pending = Mutex(Pending())

  private static let resync = Duration.seconds(30)
  /// When all controllers looked last: changes come more often than any timer.
  private let lastAll = Mutex<Timestamp?>(nil)

  package init(store: ObjectStore, controllers: [Controller]) {
    self.store = store
    self.controllers = controllers
  }

  /// Runs until its task is cancelled or a graceful shutdown begins.
  package func run() async throws {
    try? await cancelWhenGracefulShutdown { try await self.work() }
  }

  private func work() async throws {
    let watch = store.watchAll()
    defer { watch.cancel() }
    let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await event in watch.events where event.resource != .events {
          self.pending.withLock { pending in _ = pending.dirty.insert(event.resource.id) }
          waker.yield()
        }
        waker.finish()
      }
      group.addTask {
        waker.yield()
        var timer: Task<Void, Never>?
        for await _ in wakes {
          if Task.isCancelled { break }
          let next = self.pass()
          timer?.cancel()
          timer = Task {
            // A moment of rest even where a controller asks for one that has passed.
            try? await Task.sleep(for: max(next, .milliseconds(50)))
            guard !Task.isCancelled else { return }
            self.pending.withLock { $0.all = true }
            waker.yield()
          }
        }
        timer?.cancel()
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// Lets every controller that is concerned look once. Returns how long until the next look that was asked for.
  package func pass() -> Duration {
    var work = pending.withLock { pending in
      let taken = pending
      pending = Pending(dirty: [], all: false)
      return taken
    }
    let now = store.now()
    lastAll.withLock { last in
      if last.map({ now - $0 >= Self.resync }) ?? true { work.all = true }
      if work.all { last = now }
    }
    if work.all { try? store.expireEvents() }
    var again: Timestamp?
    for controller in controllers {
      // Without resources of its own a controller minds them all.
      guard work.all || controller.resources.isEmpty || !controller.resources.isDisjoint(with: work.dirty) else {
        if let asked = wishes.withLock({ $0[controller.name] }) { again = min(again ?? asked, asked) }
        continue
      }
      let outcome = controller.reconcile(ClusterView(store.everything()), store.now())
      wishes.withLock { $0[controller.name] = outcome.again }
      for write in outcome.writes { apply(write, controller.name) }
      if let moment = outcome.again { again = min(again ?? moment, moment) }
    }
    return min(Self.resync, again.map { $0 - store.now() } ?? Self.resync)
  }

  private let wishes = Mutex<[String: Timestamp]>([:])

  /// A refused write is dropped: the state has moved on, and its change wakes the controller again.
  private func apply(_ write: Write, _ manager: String) {
    do throws(APIError) {
      switch write {
      case .create(let resource, let object, let announcement):
        guard let resource = Resource.named(resource) else { return }
        let made = try store.create(resource, object, by: manager)
        if let announcement { announce(announcement, appending: made.name, manager) }
      case .patch(let resource, let reference, let subresource, let merge, let version):
        guard let resource = Resource.named(resource) else { return }
        try store.update(
          resource, namespace: reference.namespace, name: reference.name, subresource: subresource, by: manager
        ) { (object) throws(APIError) in
          try check(object, reference, version)
          object = MergePatch.apply(merge, to: object)
        }
      case .condition(let resource, let reference, let type, let status, let reason, let message):
        guard let resource = Resource.named(resource) else { return }
        let now = store.now()
        try store.update(
          resource, namespace: reference.namespace, name: reference.name, subresource: "status", by: manager
        ) { (object) throws(APIError) in
          try check(object, reference, nil)
          object.setCondition(type, status: status, reason: reason, message: message, at: now)
        }
      case .delete(let resource, let reference, let grace, let announcement):
        guard let resource = Resource.named(resource) else { return }
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
  /// Every object, by resource.
  func everything() -> [String: [JSONValue]] {
    state.withLock { state in state.tables }.mapValues { Array($0.values) }
  }
}
