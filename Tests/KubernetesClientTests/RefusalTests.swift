import ClusterFeed
import ClusterModel
import KubernetesClient
import Synchronization
import Testing

/// Clusters that do not show all, or nothing, to who asks.
@Suite("Refusals", .timeLimit(.minutes(3)))
struct RefusalTests {
  private static let unauthorized = #"{"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#

  private static func forbidden(_ plural: String, _ place: String) -> (status: Int, body: String) {
    let message = #"\#(plural) is forbidden: User \"oncall\" cannot list resource \"\#(plural)\" \#(place)"#
    return (403, #"{"kind":"Status","status":"Failure","message":"\#(message)","reason":"Forbidden","code":403}"#)
  }

  private static func pods(_ names: [String], in namespace: String) -> (status: Int, body: String) {
    let items = names.map { #"{"metadata":{"name":"\#($0)","namespace":"\#(namespace)","uid":"\#($0)","resourceVersion":"5"}}"# }
    return (200, #"{"kind":"PodList","metadata":{"resourceVersion":"7"},"items":[\#(items.joined(separator: ","))]}"#)
  }

  private func api(_ port: Int, _ change: (inout KubeContext) -> Void = { _ in }) -> KubernetesAPI {
    var context = KubeContext(name: "staging", cluster: KubeCluster(server: "http://127.0.0.1:\(port)"), namespace: "shop")
    context.user.token = "secret"
    change(&context)
    // A busy machine may take its time to start a plugin.
    var plugins = PluginLimits()
    plugins.patience = .seconds(50)
    return KubernetesAPI(context: context, plugins: plugins)
  }

  private func feed(
    _ server: RawServer, namespaces: [String] = [], until isThere: @escaping @Sendable (ClusterSnapshot) -> Bool
  ) async throws -> ClusterSnapshot {
    let found = Mutex<ClusterSnapshot?>(nil)
    try await server.run { port in
      let api = api(port)
      let feed = WatchedCluster(api: api, cluster: "staging", namespaces: namespaces, resources: [.pods, .nodes])
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await feed.run() }
        for await snapshot in feed.snapshots() where isThere(snapshot) {
          found.withLock { $0 = snapshot }
          break
        }
        group.cancelAll()
      }
      await api.shutdown()
    }
    return try #require(found.withLock { $0 })
  }

  private static let refused = "does not accept the credentials of context staging (HTTP 401 Unauthorized)"

  @Test("a 401 is told as one, also when the server closes the connection under the second attempt")
  func closed() async throws {
    let asked = Mutex(0)
    let server = try RawServer { _ in
      asked.withLock { asked in
        asked += 1
        return asked == 1 ? (401, Self.unauthorized) : nil
      }
    }
    try await server.run { port in
      // A credential that can be had anew is tried a second time.
      let api = api(port) {
        $0.user.token = nil
        $0.user.exec = ExecPlugin(command: "echo")
        $0.user.exec?.arguments = [#"{"kind":"ExecCredential","status":{"token":"old"}}"#]
      }
      let error = await #expect(throws: KubernetesError.self) { try await api.version() }
      #expect(error?.kind == .unauthorized && error?.message.contains(Self.refused) == true, "\(error?.message ?? "")")
      await api.shutdown()
      #expect(server.seen.count >= 2)
    }
  }

  @Test("a token that stays the same is not sent again after a 401")
  func once() async throws {
    let server = try RawServer { _ in (401, Self.unauthorized) }
    try await server.run { port in
      let api = api(port)
      let error = await #expect(throws: KubernetesError.self) { try await api.version() }
      #expect(error?.message == "http://127.0.0.1:\(port) \(Self.refused); log in again, or correct its user in the kubeconfig")
      await api.shutdown()
      #expect(server.seen.count == 1)
    }
  }

  @Test("a cluster that refuses the credentials says so, whatever becomes of the other requests")
  func cluster() async throws {
    let server = try RawServer { $0.uri.hasPrefix("/api/v1/nodes") ? (401, Self.unauthorized) : nil }
    // The pods' connections are closed all the time, and come again sooner than the nodes are asked for.
    let snapshot = try await feed(server) { snapshot in
      if case .stale(_, let reason, _) = snapshot.connection { reason.contains(Self.refused) } else { false }
    }
    #expect(snapshot.pods.isEmpty)
  }

  @Test("a user who may see one namespace gets it, and what is forbidden is named with the role that would give it")
  func oneNamespace() async throws {
    let server = try RawServer { seen in
      if seen.uri.contains("watch=1") { return (200, "") }
      if seen.uri.hasPrefix("/api/v1/namespaces/shop/pods?") { return Self.pods(["a", "b"], in: "shop") }
      return Self.forbidden(seen.uri.contains("nodes") ? "nodes" : "pods", "at the cluster scope")
    }
    let snapshot = try await feed(server) { snapshot in
      if case .live = snapshot.connection { !snapshot.pods.isEmpty } else { false }
    }
    #expect(snapshot.pods.map(\.name) == ["a", "b"])
    #expect(snapshot.visibility.namespaces == ["shop"])
    #expect(snapshot.visibility.note == "namespace shop only; forbidden: nodes")
    #expect(
      snapshot.visibility.remedy?.hasPrefix("kubectl create clusterrole periplus-viewer --verb=list,watch --resource=nodes,pods, and")
        == true)
  }

  @Test("namespaces that are chosen are listed each by itself, and together they are the cluster")
  func chosen() async throws {
    let server = try RawServer { seen in
      if seen.uri.contains("watch=1") { return (200, "") }
      if seen.uri.hasPrefix("/api/v1/namespaces/shop/pods?") { return Self.pods(["a"], in: "shop") }
      if seen.uri.hasPrefix("/api/v1/namespaces/bank/pods?") { return Self.pods(["z"], in: "bank") }
      return (200, #"{"kind":"NodeList","metadata":{"resourceVersion":"7"},"items":[]}"#)
    }
    let snapshot = try await feed(server, namespaces: ["shop", "bank"]) { snapshot in
      if case .live = snapshot.connection { snapshot.pods.count == 2 } else { false }
    }
    #expect(snapshot.pods.map { "\($0.namespace)/\($0.name)" } == ["bank/z", "shop/a"])
    #expect(snapshot.visibility.note == "namespaces bank, shop only")
    #expect(snapshot.visibility.remedy == nil)
    #expect(!server.seen.contains { $0.uri.hasPrefix("/api/v1/pods") })
  }

  @Test("a user who may see nothing is told which kind, not that the server is away")
  func nothing() async throws {
    let server = try RawServer { seen in
      Self.forbidden(seen.uri.contains("nodes") ? "nodes" : "pods", "in the namespace shop")
    }
    let snapshot = try await feed(server) { snapshot in
      if case .stale = snapshot.connection { snapshot.visibility.hidden.count == 2 } else { false }
    }
    #expect(snapshot.visibility.hidden == ["nodes", "pods"])
    guard case .stale(_, let reason, _) = snapshot.connection else { return }
    #expect(reason.contains("pods is forbidden"))
  }
}
