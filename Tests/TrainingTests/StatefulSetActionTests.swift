import Application
import Checks
import JSONBytes
import StrictYAML
import Synchronization
import TestKits
import Testing
import Training

/// A StatefulSet `db` of two pods: one that is deleted comes back after a while, under its name.
private final class FakeStatefulSet: GroundPort {
  private struct State {
    var generation = ["db-0": 1, "db-1": 1]
    var looks: [String: Int] = [:]
    var deleted: [String] = []
  }

  private let state = Mutex(State())
  /// Whether a pod that comes back has a new claim.
  let losesClaims: Bool

  init(losesClaims: Bool = false) { self.losesClaims = losesClaims }

  var deleted: [String] { state.withLock { $0.deleted } }

  func get(_ path: String) async throws -> JSONValue? {
    let parts = path.split(separator: "/").map(String.init)
    let name = parts.last ?? ""
    return state.withLock { state in
      if parts.dropLast().last == "persistentvolumeclaims" {
        let generation = losesClaims ? state.generation[String(name.dropFirst("data-".count))] ?? 0 : 1
        return ["metadata": ["name": .string(name), "uid": .string("claim-\(generation)")]]
      }
      guard let generation = state.generation[name] else { return nil }
      state.looks[name, default: 0] += 1
      let isReady = generation == 1 || state.looks[name, default: 0] > 6
      // Away for the first looks.
      if generation > 1, state.looks[name, default: 0] < 3 { return nil }
      return [
        "metadata": ["name": .string(name), "uid": .string("\(name)-\(generation)")],
        "spec": ["volumes": [["name": "data", "persistentVolumeClaim": ["claimName": .string("data-\(name)")]], ["name": "tmp"]]],
        "status": ["conditions": [["type": "Ready", "status": isReady ? "True" : "False"]]],
      ]
    }
  }

  func list(_ path: String, labels: [String: String]) async throws -> [JSONValue] { [] }

  func delete(_ path: String) async throws -> Bool {
    let name = String(path.split(separator: "/").last ?? "")
    return state.withLock { state in
      guard let generation = state.generation[name] else { return false }
      state.deleted.append(name)
      state.generation[name] = generation + 1
      state.looks[name] = 0
      return true
    }
  }

  func patch(_ path: String, _ change: JSONValue) async throws {}
  func ask(_ address: String, port: Int, method: String, path: String, body: JSONValue?) async throws -> PodAnswer {
    PodAnswer(status: 200)
  }
  func traffic(_ app: AppProfile, requests: Int) async throws -> TrafficDone { TrafficDone(sent: 0, failed: 0) }
}

@Suite("Pods of a StatefulSet")
struct StatefulSetActionTests {
  private func delete(_ ordinal: Int, of set: FakeStatefulSet) async throws {
    let action = try #require(ActionLibrary.definition("deleteOrdinal"))
    let fields = try Fields(#require(YAMLReader.read("{statefulSet: db, ordinal: \(ordinal)}", file: "p").root))
    #expect(action.describe(fields) == "delete db-\(ordinal)")
    _ = try await action.run(ActionContext(ground: set, checks: FakeApp().context(), fields: fields))
  }

  @Test("a pod is deleted by its ordinal and awaited: ready, of its name, on its claims")
  func comesBack() async throws {
    let set = FakeStatefulSet()
    try await delete(1, of: set)
    #expect(set.deleted == ["db-1"])
    let pod = try #require(try await set.get("/api/v1/namespaces/shop/pods/db-1"))
    #expect(pod.at("metadata", "uid") == "db-1-2")
    #expect(pod.at("status", "conditions")?[0]?["status"] == "True")
  }

  @Test("another claim of the same name is told")
  func claims() async throws {
    await #expect {
      try await delete(0, of: FakeStatefulSet(losesClaims: true))
    } throws: { error in
      (error as? ActionError)?.sentence == "db-0 came back on other claims: data-db-0 (claim-2) instead of data-db-0 (claim-1)"
    }
  }

  @Test("an ordinal that is not there is told")
  func missing() async throws {
    let set = FakeStatefulSet()
    await #expect {
      try await delete(7, of: set)
    } throws: { error in
      (error as? ActionError)?.sentence.hasPrefix("the Pod db-7 does not exist in the namespace shop") == true
    }
    #expect(set.deleted.isEmpty)
  }
}
