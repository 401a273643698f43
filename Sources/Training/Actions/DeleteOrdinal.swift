import JSONBytes
import Kubernetes
import StrictYAML

extension ActionDefinition {
  static let deleteOrdinal = ActionDefinition(
    id: "deleteOrdinal",
    meaning: "deletes one pod of a StatefulSet, and waits until it is ready again: of the same name, on the same claims",
    parameters: [
      SchemaField("statefulSet", .text, required: true, "the StatefulSet"),
      SchemaField("ordinal", .integer(0...9999), required: true, "the pod's number, 0 for NAME-0"),
    ]
  ) { fields in
    "delete \(podName(fields))"
  } run: { context in
    let objects = try context.objects
    let name = podName(context.fields)
    let before = try await objects.object(.pods, name)
    let old = try await claims(of: before, objects)
    try await objects.delete(pod: name)
    try await objects.wait("\(name) to be ready again") {
      try await objects.port.get(objects.path(.pods, name)).map { GroundObjects.Pod($0) }.map { $0.isReady && !$0.isTerminating } ?? false
    }
    let new = try await claims(of: objects.object(.pods, name), objects)
    guard new == old else {
      throw ActionError("\(name) came back on other claims: \(describe(new)) instead of \(describe(old))")
    }
    return [:]
  }

  private static func podName(_ fields: Fields) -> String { "\(fields.text("statefulSet", or: ""))-\(fields.integer("ordinal") ?? 0)" }

  /// The claims that a pod mounts, with what tells a claim from a later one of the same name.
  private static func claims(of pod: JSONValue, _ objects: GroundObjects) async throws -> [String: String] {
    var claims: [String: String] = [:]
    for volume in pod.at("spec", "volumes")?.arrayValue ?? [] {
      guard let name = volume.at("persistentVolumeClaim", "claimName")?.stringValue else { continue }
      claims[name] = try await objects.object(.persistentVolumeClaims, name).at("metadata", "uid")?.stringValue ?? ""
    }
    return claims
  }

  private static func describe(_ claims: [String: String]) -> String {
    claims.isEmpty ? "none" : claims.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
  }
}
