import Application
import Checks
import JSONBytes
import StrictYAML

/// What a reset must restore, by name: desired replicas, images, faults. Not what comes and goes, such as pod names.
struct GroundFingerprint: Equatable, Sendable {
  private var marks: [String: String] = [:]

  init(_ ground: any GroundPort, _ context: CheckContext) async throws {
    let actions = ActionContext(ground: ground, checks: context, fields: Fields(YAMLNode(.mapping([]))))
    let objects = try actions.objects
    let app = try actions.app
    for deployment in try await objects.deployments() {
      let name = deployment.at("metadata", "name")?.stringValue ?? ""
      marks["\(name) replicas"] = "\(deployment.at("spec", "replicas")?.intValue ?? 1)"
      let containers = deployment.at("spec", "template", "spec", "containers")?.arrayValue ?? []
      marks["\(name) image"] = containers.compactMap { $0["image"]?.stringValue }.joined(separator: ", ")
      guard app.operators != nil else { continue }
      var faults: Set<String> = []
      for pod in try await objects.pods(of: deployment) where pod.isReady { faults.insert(try await objects.faults(of: pod, app)) }
      marks["\(name) faults"] = faults.sorted().joined(separator: " and ")
    }
  }

  /// What is otherwise than it was, in words.
  func changes(since before: GroundFingerprint) -> [String] {
    Set(before.marks.keys).union(marks.keys).filter { before.marks[$0] != marks[$0] }.sorted().map {
      "\($0) was \(before.marks[$0] ?? "absent"), is \(marks[$0] ?? "absent")"
    }
  }
}
