import ClusterFeed
import ClusterModel
import KubernetesClient
import Testing

@Suite("Configured clusters")
struct ConfiguredClusterTests {
  private func cluster(_ name: String, _ roles: Set<ClusterRole> = []) -> ConfiguredCluster {
    let context = KubeContext(name: name, cluster: KubeCluster(server: "http://127.0.0.1:1"))
    return ConfiguredCluster(WatchedCluster(api: KubernetesAPI(context: context), cluster: name), roles: roles)
  }

  @Test("a cluster is found by its role; one that is only called ground has none")
  func role() {
    let named = [cluster("staging"), cluster("ground")]
    #expect(named.first(with: .provingGround) == nil)
    let other = named + [cluster("anything", [.provingGround])]
    #expect(other.first(with: .provingGround)?.feed.cluster == "anything")
  }

  @Test("two clusters of one name are noticed")
  func names() {
    #expect(ConfiguredCluster.doubledName(among: ["ground", "staging", "ground", "staging"]) == "ground")
    #expect(ConfiguredCluster.doubledName(among: ["ground", "staging"]) == nil)
  }
}
