import Glibc
import GroundAPI
import JSONBytes
import StateDirectory
import TimeFormat

/// What a virtual node offers to the scheduler.
package struct NodeCapacity: Sendable, Hashable {
  package var cpu: String
  package var memory: String
  package var pods: Int

  package init(cpu: String = "4", memory: String = "8Gi", pods: Int = 110) {
    self.cpu = cpu
    self.memory = memory
    self.pods = pods
  }
}

/// How a virtual node shows itself: the Node object and its lease, in the kubelet's words.
struct NodeStatus: Sendable {
  let name: String
  let number: Int
  let address: String
  let capacity: NodeCapacity
  let images: ImageTable

  func register(in store: ObjectStore) {
    let node: JSONValue = [
      "metadata": [
        "name": .string(name),
        "labels": [
          "kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux", "kubernetes.io/arch": .string(Self.machine.architecture),
        ],
      ],
      "spec": [:],
    ]
    _ = try? store.create(.nodes, node, by: "kubelet")
    let lease: JSONValue = [
      "metadata": ["name": .string(name), "namespace": "kube-node-lease"],
      "spec": ["holderIdentity": .string(name), "leaseDurationSeconds": 40],
    ]
    _ = try? store.create(.leases, lease, by: "kubelet")
  }

  func report(to store: ObjectStore, at now: Timestamp) {
    var becameReady = false
    let node = try? store.update(.nodes, name: name, subresource: "status", by: "kubelet") { (node) throws(APIError) in
      becameReady = node.at("status", "conditions")?.arrayValue?.first { $0["type"] == "Ready" }?["status"] != "True"
      let quantities: JSONValue = [
        "cpu": .string(capacity.cpu), "memory": .string(capacity.memory), "pods": .string(String(capacity.pods)),
        "ephemeral-storage": "64Gi",
      ]
      node.set("status", "capacity", to: quantities)
      node.set("status", "allocatable", to: quantities)
      node.set(
        "status", "addresses",
        to: [["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)]])
      let conditions = [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
      ]
      for (type, status, reason, message) in conditions {
        node.setCondition(type, status: status, reason: reason, message: message, at: now)
      }
      let stamped = (node.at("status", "conditions")?.arrayValue ?? []).map { condition in
        var condition = condition
        condition["lastProbeTime"] = nil
        condition["lastHeartbeatTime"] = .string(now.rfc3339(.seconds))
        return condition
      }
      node.set("status", "conditions", to: .array(stamped))
      node.set("status", "nodeInfo", to: Self.machine.info)
      node.set("status", "images", to: .array(images.images.keys.sorted().map { ["names": [.string($0)]] }))
    }
    if becameReady, let node {
      store.recordEvent(
        about: node, reason: "NodeReady", message: "Node \(name) status is now: NodeReady", component: "kubelet", host: name)
    }
    renewLease(in: store, at: now)
  }

  func renewLease(in store: ObjectStore, at now: Timestamp) {
    _ = try? store.update(.leases, namespace: "kube-node-lease", name: name, by: "kubelet") { (lease) throws(APIError) in
      lease.set("spec", "renewTime", to: .string(now.rfc3339(.microseconds)))
    }
  }

  private struct Machine: Sendable {
    var architecture: String
    var info: JSONValue
  }

  private static let machine: Machine = {
    func line(_ path: String) -> String { (Files.text(path) ?? "").split(separator: "\n").first.map(String.init) ?? "" }
    #if arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "amd64"
    #endif
    let release = (Files.text("/etc/os-release") ?? "").split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
    let system = release.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } } ?? "Linux"
    return Machine(
      architecture: architecture,
      info: [
        "machineID": .string(line("/etc/machine-id")), "systemUUID": "", "bootID": .string(line("/proc/sys/kernel/random/boot_id")),
        "kernelVersion": .string(line("/proc/sys/kernel/osrelease")), "osImage": .string(String(system)),
        "containerRuntimeVersion": "periplus://1.0", "kubeletVersion": "v1.34.0", "kubeProxyVersion": "", "operatingSystem": "linux",
        "architecture": .string(architecture),
      ])
  }()
}
