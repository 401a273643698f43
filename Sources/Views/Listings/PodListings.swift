package import ClusterModel
import Kubernetes
import Screen
import TimeFormat

/// The pods of a workload, and the containers of a pod.
package enum PodListings {
  package static let pods = Listing<Pod>(
    "pods",
    [
      Column(TableColumn("pod", min: 20, ideal: 24, flex: 1)) { pod, _ in StyledLine(pod.name) },
      Column(TableColumn("node", min: 8, ideal: 10, priority: 3)) { pod, _ in StyledLine(pod.node.isEmpty ? "–" : pod.node, .dim) },
      // As wide as `✖ CrashLoopBackOff`.
      Column(TableColumn("ready", min: 18, ideal: 18)) { pod, _ in pod.readyMark },
      Column(TableColumn("restarts", ideal: 8, align: .right), isNumber: true) { pod, _ in restarts(pod.restarts) },
      Column(TableColumn("last end", min: 24, ideal: 28, flex: 1, priority: 1)) { pod, context in
        let end = pod.lastEnd
        return StyledLine(end.map { $0.sentence(now: context.now) } ?? "–", end == nil ? .dim : .text)
      },
      Column(TableColumn("age", min: 6, ideal: 6, align: .right, priority: 2)) { pod, context in
        StyledLine(pod.created.map { (context.now - $0).brief } ?? "–", .dim)
      },
      Column(TableColumn("limit", min: 7, ideal: 8, align: .right, priority: 4)) { pod, _ in
        let memory = pod.containers.reduce(nil as Int64?) { sum, container in
          container.limitMemory.map { (sum ?? 0).addingClamped($0) } ?? sum
        }
        return StyledLine(memory.map(WorkloadView.memory) ?? "–", .dim)
      }.screenOnly,
    ])

  package static let containers = Listing<Container>(
    "containers",
    [
      Column(TableColumn("container", min: 10, ideal: 12)) { container, _ in StyledLine(container.name, .strong) },
      Column(TableColumn("state", min: 18, ideal: 27, flex: 1)) { container, context in container.stateLine(now: context.now) },
      Column(TableColumn("restarts", ideal: 8, align: .right), isNumber: true) { container, _ in restarts(container.restartCount) },
      Column(TableColumn("last end", min: 22, ideal: 24, priority: 1)) { container, context in
        StyledLine(container.lastTermination.map { $0.sentence(now: context.now) } ?? "–", .dim)
      },
      Column(TableColumn("image", min: 15, ideal: 16, flex: 1, priority: 2)) { container, _ in
        StyledLine(WorkloadView.shortImage(container.image), .dim)
      },
      Column(TableColumn("request", min: 12, ideal: 13, align: .right, priority: 4)) { container, _ in
        amounts(container.requestMilliCPU, container.requestMemory)
      },
      Column(TableColumn("limit", min: 12, ideal: 13, align: .right, priority: 3)) { container, _ in
        amounts(container.limitMilliCPU, container.limitMemory)
      },
    ])

  private static func restarts(_ count: Int) -> StyledLine { StyledLine("\(count)", count > 3 ? .amber : .text) }

  /// `250 m 64 Mi`.
  private static func amounts(_ milliCPU: Int64?, _ memory: Int64?) -> StyledLine {
    let parts = [milliCPU.map { "\($0) m" }, memory.map(WorkloadView.memory)].compactMap { $0 }
    return StyledLine(parts.isEmpty ? "–" : parts.joined(separator: " "), .dim)
  }
}

extension Container.Termination {
  /// `OOMKilled 137, 3 min ago`.
  func sentence(now: Timestamp) -> String { "\(reason) \(exitCode)" + (finished.map { ", \((now - $0).brief) ago" } ?? "") }
}
