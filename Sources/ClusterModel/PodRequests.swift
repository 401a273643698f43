import Kubernetes

/// CPU in millicores and memory in bytes.
package struct ResourceAmounts: Sendable, Hashable {
  package var milliCPU: Int64
  package var memory: Int64

  package init(milliCPU: Int64 = 0, memory: Int64 = 0) {
    self.milliCPU = milliCPU
    self.memory = memory
  }

  package static let zero = ResourceAmounts()

  package static func + (one: ResourceAmounts, other: ResourceAmounts) -> ResourceAmounts {
    ResourceAmounts(milliCPU: one.milliCPU.addingClamped(other.milliCPU), memory: one.memory.addingClamped(other.memory))
  }

  package static func += (one: inout ResourceAmounts, other: ResourceAmounts) { one = one + other }

  /// The larger of each.
  func larger(_ other: ResourceAmounts) -> ResourceAmounts {
    ResourceAmounts(milliCPU: max(milliCPU, other.milliCPU), memory: max(memory, other.memory))
  }
}

extension Pod {
  /// Its containers have ended for good: it holds no place on its node any more.
  package var hasEnded: Bool { phase == "Succeeded" || phase == "Failed" }

  /// What the scheduler reserves for it, and `kubectl describe node` counts (k8s.io/component-helpers, resource.PodRequests).
  ///
  /// Containers run all at once, and so do sidecars, which are init containers that are restarted always (KEP-753). Other init containers
  /// run one after the other before them, each beside the sidecars started until then: the larger of both counts. What the pod itself
  /// requests replaces the sum (KEP-2837); the overhead of its runtime class comes on top (KEP-688).
  package var requests: ResourceAmounts {
    var sum = containers.reduce(ResourceAmounts.zero) { $0 + $1.requests }
    var sidecars = ResourceAmounts.zero
    var most = ResourceAmounts.zero
    for container in initContainers {
      if container.isSidecar {
        sum += container.requests
        sidecars += container.requests
        most = most.larger(sidecars)
      } else {
        most = most.larger(container.requests + sidecars)
      }
    }
    sum = sum.larger(most)
    return ResourceAmounts(milliCPU: requestMilliCPU ?? sum.milliCPU, memory: requestMemory ?? sum.memory) + overhead
  }
}

extension Container {
  var requests: ResourceAmounts { ResourceAmounts(milliCPU: requestMilliCPU ?? 0, memory: requestMemory ?? 0) }
}
