import Foundation
import JSONBytes
import Testing

/// What the tests ask of a ground, over its API: kubectl is used only where kubectl is what is tested.
extension GroundFixture {
  /// The names of an application's pods, those that are ending too.
  func pods(_ app: String) throws -> [String] {
    try list("/api/v1/namespaces/shop/pods?labelSelector=app.kubernetes.io/name%3D\(app)").compactMap {
      $0.at("metadata", "name")?.stringValue
    }
  }

  /// Whether there are deployments, and each has all the pods that it wants.
  func allReady() throws -> Bool {
    // While the ground starts again nobody answers.
    guard let items = try? list("/apis/apps/v1/namespaces/shop/deployments"), !items.isEmpty else { return false }
    return items.allSatisfy { $0.at("status", "readyReplicas")?.intValue == $0.at("spec", "replicas")?.intValue }
  }

  func list(_ path: String) throws -> [JSONValue] {
    let answer = try #require(try RawAPI(self).send("GET", path), "the API does not answer")
    try #require(answer.status == 200, "\(path): \(answer.status) \(answer.body.jsonString)")
    // A list without items has null there.
    return answer.body["items"]?.arrayValue ?? []
  }

  func scale(_ deployment: String, to replicas: Int64) throws {
    let change: JSONValue = ["spec": ["replicas": .int(replicas)]]
    let answer = try RawAPI(self).send(
      "PATCH", "/apis/apps/v1/namespaces/shop/deployments/\(deployment)", change, type: "application/merge-patch+json")
    try #require(answer?.status == 200, "\(answer?.body.jsonString ?? "no answer")")
  }

  func create(_ path: String, _ object: JSONValue) throws {
    let answer = try RawAPI(self).send("POST", path, object)
    try #require(answer?.status == 201, "\(answer?.body.jsonString ?? "no answer")")
  }

  /// Lets pods run `/bin/sh` as the image `test.local/sh:1`.
  func addShellImage() throws {
    let images = home.appending(path: "ground/images.json")
    var table = try JSONValue(parsing: Array(try Data(contentsOf: images)))
    table["test.local/sh:1"] = ["executable": "/bin/sh", "digest": "sha256:0"]
    try Data(table.jsonBytes).write(to: images)
    try giveAway(images)
  }

  /// A folder beside the home that pods may write to.
  func notesFolder() throws -> URL {
    let notes = home.deletingLastPathComponent().appending(path: "notes-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
    try giveAway(notes)
    return notes
  }

  private func giveAway(_ file: URL) throws {
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["-R", "65534:65534", file.path]) }
  }

  /// A pod of one container that runs a line of the shell.
  static func shellPod(_ name: String, _ line: String) -> JSONValue {
    [
      "kind": "Pod", "apiVersion": "v1", "metadata": ["name": .string(name)],
      "spec": [
        "containers": [["name": "c", "image": "test.local/sh:1", "args": ["-c", .string(line)]]], "terminationGracePeriodSeconds": 1,
      ],
    ]
  }
}

/// Looks again and again until `condition` holds: what it waits for is another process, which no idle counter reaches.
func eventually(within seconds: Double, _ what: @autoclosure () -> String, _ condition: () throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < end {
    if try condition() { return }
    try await ContinuousClock().sleep(for: .milliseconds(200))
  }
  Issue.record("not within \(seconds) s: \(what())")
}
