import ClusterModel
import Kubernetes
import Testing

@Suite("Kinds of workload")
struct WorkloadKindTests {
  private static let watched = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"]

  @Test("each of these kinds is listed and watched", arguments: watched)
  func isWatched(name: String) {
    #expect(WorkloadKinds.of(name).isWatched)
    #expect(ClusterResource.allCases.contains { $0.kind == name })
  }

  @Test("no other kind of workload is watched") func onlyThese() {
    #expect(Set(ClusterResource.workloads.map(\.kind)) == Set(Self.watched))
  }

  @Test("a watched kind is a watched resource of its own type", arguments: WorkloadKinds.all.filter(\.isWatched).map(\.name))
  func resources(name: String) throws {
    let resource = try #require(ClusterResource.workloads.first { $0.kind == name })
    #expect(resource.type == WorkloadKinds.of(name).type)
    #expect(ClusterResource(rawValue: resource.rawValue) == resource)
    #expect(ClusterResource.allCases.count { $0 == resource } == 1)
  }

  @Test("sentences name the kinds that can do a thing") func words() {
    #expect(WorkloadKinds.words(where: \.isScalable) == "Deployments, ReplicaSets and StatefulSets")
    #expect(WorkloadKinds.words(where: \.isRestartable) == "Deployments, StatefulSets and DaemonSets")
    #expect(WorkloadKinds.words(where: \.isCountedInStatus) == "DaemonSets")
    #expect(WorkloadKinds.words { _ in false } == "none")
  }

  @Test("what an operator owns is a kind nobody knows: nothing can be done to it, nothing of it is watched") func unknown() {
    let kind = ObjectReference(kind: "Prometheus", namespace: "mon", name: "main").workloadKind
    #expect(!kind.isWatched && !kind.isScalable && !kind.isRestartable && !kind.isRevision)
  }

  @Test("paths are the API's") func paths() {
    #expect(ClusterResource.pods.path == "/api/v1/pods")
    #expect(ClusterResource.endpointSlices.path == "/apis/discovery.k8s.io/v1/endpointslices")
    #expect(ClusterResource(.statefulSet).path == "/apis/apps/v1/statefulsets")
    #expect(ClusterResource(.job).path == "/apis/batch/v1/jobs")
    #expect(ClusterResource(.cronJob).path == "/apis/batch/v1/cronjobs")
  }

  @Test("a reference becomes an identity among all clusters, and back") func identity() {
    let reference = ObjectReference(kind: "Deployment", namespace: "shop", name: "orders", uid: "u")
    let id = reference.id(in: "prod-eu")
    #expect(id == ObjectID(cluster: "prod-eu", type: .deployments, namespace: "shop", name: "orders", uid: "u"))
    #expect(id != reference.id(in: "prod-us"))
    #expect(ObjectReference(id) == reference)
  }
}
