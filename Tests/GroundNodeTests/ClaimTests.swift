import Foundation
import GroundNode
import JSONBytes
import StateDirectory
import Testing

struct ClaimTests {
  private static func claim(_ name: String, _ uid: String) -> JSONValue {
    ["metadata": ["name": .string(name), "namespace": "shop", "uid": .string(uid)]]
  }

  private static func pod(_ uid: String) -> JSONValue {
    [
      "metadata": ["name": "db-0", "namespace": "shop", "uid": .string(uid)],
      "spec": [
        "containers": [["name": "app", "image": "i:1", "volumeMounts": [["name": "data", "mountPath": "/var/lib/db"]]]],
        "volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "data-db-0"]]],
      ],
    ]
  }

  /// A pod's files as the node agent makes and removes them.
  private struct PodFiles {
    var home: Home
    var uid: String
    var claims: [JSONValue]

    func prepare() throws {
      let pod = ClaimTests.pod(uid)
      let volumes = PodVolumes(folder: home.pod(uid: uid), host: home.path) { name in
        claims.first { $0.at("metadata", "name")?.stringValue == name }.map { ClaimFolder(home: home, claim: $0) }
      }
      try volumes.prepare(PodSpec(pod), pod, .init(podIP: "127.0.0.2", hostIP: "127.0.0.1", node: "node-1", root: "")) { _, _ in nil }
    }

    var file: String { PodVolumes.root(home.pod(uid: uid), "app") + "/var/lib/db/file" }

    func remove() async { await PodFolder(home: home, uid: uid).bury() }
  }

  private static func home() -> Home { Home(path: FileManager.default.temporaryDirectory.path + "/periplus-claims-\(UUID().uuidString)") }

  @Test func aFileOfAClaimIsThereAfterThePodWasReplaced() async throws {
    let home = Self.home()
    defer { try? Files.remove(home.path) }
    let claims = [Self.claim("data-db-0", "c1")]
    let first = PodFiles(home: home, uid: "u1", claims: claims)
    try first.prepare()
    try Files.write("kept", to: first.file)
    await first.remove()
    #expect(!Files.exists(home.pod(uid: "u1")))
    let second = PodFiles(home: home, uid: "u2", claims: claims)
    try second.prepare()
    #expect(Files.text(second.file) == "kept")
    // A claim of that name that was made anew is empty.
    let third = PodFiles(home: home, uid: "u3", claims: [Self.claim("data-db-0", "c2")])
    try third.prepare()
    #expect(Files.text(third.file) == nil)
  }

  @Test func aMissingClaimIsSaid() throws {
    let home = Self.home()
    defer { try? Files.remove(home.path) }
    let files = PodFiles(home: home, uid: "u1", claims: [])
    let failure = #expect(throws: PodVolumes.Failure.self) { try files.prepare() }
    #expect(failure?.message == "persistentvolumeclaim \"data-db-0\" not found")
  }

  @Test func theFolderOfAClaimGoesWithTheClaim() throws {
    let home = Self.home()
    defer { try? Files.remove(home.path) }
    let claims = [Self.claim("data-db-0", "c1"), Self.claim("data-db-1", "c2")]
    let folders = claims.map { ClaimFolder(home: home, claim: $0).path }
    for folder in folders { try Files.makeFolder(folder) }
    ClaimFolder.removeAll(of: home, butOf: [claims[1]], mountedBy: [Self.pod("u1")])
    #expect(folders.map { Files.exists($0) } == [true, true], "a pod still has it")
    ClaimFolder.removeAll(of: home, butOf: [claims[1]], mountedBy: [])
    #expect(folders.map { Files.exists($0) } == [false, true])
  }
}
