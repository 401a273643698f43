import GroundAPI
import JSONBytes
import NIOCore
import NIOPosix

/// Serves the addresses of the cluster's Services: a listener for each address and port, following every change.
struct ServiceProxy: Sendable {
  let store: ObjectStore
  /// `127.x.`, the prefix of the addresses that are this home's.
  let subnet: String
  let group: any EventLoopGroup

  func run() async {
    var listeners: [ServiceRoutes.Listen: ServiceListener] = [:]
    var said: Set<ServiceRoutes.Refusal> = []
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withDiscardingTaskGroup { tasks in
      for resource in [Resource.services, .endpointSlices] {
        tasks.addTask {
          while !Task.isCancelled {
            guard let watch = try? store.watch(resource) else { return }
            wake.yield()
            for await _ in watch.events {
              wake.yield()
              if watch.lostEvents { break }
            }
            watch.cancel()
          }
        }
      }
      tasks.addTask {
        // A port that was taken may have become free.
        while !Task.isCancelled {
          try? await Task.sleep(for: .seconds(5))
          wake.yield()
        }
      }
      for await _ in wakes {
        let services = store.list(.services).items
        let wanted = ServiceRoutes(services: services, slices: store.list(.endpointSlices).items, subnet: subnet)
        for (listen, listener) in listeners where wanted.routes[listen] == nil {
          listener.channel.close(promise: nil)
          listeners[listen] = nil
        }
        var refusals = wanted.refusals
        for (listen, route) in wanted.routes {
          if let listener = listeners[listen] {
            listener.balancer.update(route.endpoints)
            continue
          }
          do {
            listeners[listen] = try await ServiceListener.open(listen, Balancer(route.endpoints), group: group)
          } catch {
            refusals.append(
              .init(
                namespace: route.namespace, service: route.service,
                sentence: "Port \(listen.port) of \(listen.address) is not served: another program of this machine listens there; stop it, "
                  + "or give the Service another port."))
          }
        }
        for refusal in refusals where said.insert(refusal).inserted { announce(refusal, services) }
        said = said.intersection(refusals)
      }
      tasks.cancelAll()
    }
    for listener in listeners.values { try? await listener.channel.close() }
  }

  private func announce(_ refusal: ServiceRoutes.Refusal, _ services: [JSONValue]) {
    let service = services.first {
      $0.at("metadata", "namespace")?.stringValue == refusal.namespace && $0.at("metadata", "name")?.stringValue == refusal.service
    }
    guard let service else { return }
    store.recordEvent(
      about: service, type: "Warning", reason: "PortNotServed", message: refusal.sentence, component: "service-proxy")
  }
}
