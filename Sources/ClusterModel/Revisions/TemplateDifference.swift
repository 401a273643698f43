package import JSONBytes

/// A field in which two pod templates differ.
package struct TemplateDifference: Sendable, Hashable {
  /// `args`, `env LOG_LEVEL`, `resources.limits.memory`, `label team`; `containers[proxy].image` where a template has several containers.
  package var path: String
  /// The field's own name, which may be that of a secret: an environment variable's, a label's, a member's.
  package var name: String
  /// `nil` where the older template has no such field.
  package var old: JSONValue?
  package var new: JSONValue?

  package init(path: String, name: String, old: JSONValue?, new: JSONValue?) {
    self.path = path
    self.name = name
    self.old = old
    self.new = new
  }
}

extension TemplateDifference {
  /// In the order in which the newer template has its fields; empty when both mean the same.
  package static func between(_ old: PodTemplate, and new: PodTemplate) -> [TemplateDifference] {
    guard old != new else { return [] }
    var comparison = TemplateComparison()
    comparison.compare(old.value ?? [:], new.value ?? [:])
    return comparison.differences
  }
}

/// Walks through two templates side by side.
private struct TemplateComparison {
  private(set) var differences: [TemplateDifference] = []

  /// What tells the elements of a list apart: the merge keys of the API (core/v1, `patchMergeKey`).
  private static let mergeKeys: [String: String] = [
    "containers": "name", "initContainers": "name", "env": "name", "volumes": "name", "volumeMounts": "mountPath",
    "volumeDevices": "devicePath", "ports": "containerPort", "imagePullSecrets": "name", "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
  ]

  mutating func compare(_ old: JSONValue, _ new: JSONValue) {
    compare(old.at("metadata", "labels"), new.at("metadata", "labels"), under: "label ")
    compare(old.at("metadata", "annotations"), new.at("metadata", "annotations"), under: "annotation ")
    compare(old["spec"] ?? [:], new["spec"] ?? [:], at: "", name: "")
  }

  private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, under words: String) {
    for key in keys(old?.objectValue, new?.objectValue) where old?[key] != new?[key] {
      add(words + key, key, old?[key], new?[key])
    }
  }

  private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, at path: String, name: String) {
    guard old != new else { return }
    switch (old, new) {
    case (.object?, .object?), (.object?, nil), (nil, .object?):
      let (before, after) = (old?.objectValue, new?.objectValue)
      let keys = keys(before, after)
      if keys.isEmpty { return add(path, name, old, new) }
      for key in keys { compare(before?[key], after?[key], at: Self.path(path, key), name: key) }
    case (.array?, .array?), (.array?, nil), (nil, .array?):
      compare(old?.arrayValue ?? [], new?.arrayValue ?? [], ofList: name, at: path, old, new)
    default: add(path, name, old, new)
    }
  }

  private mutating func compare(
    _ before: [JSONValue], _ after: [JSONValue], ofList name: String, at path: String, _ old: JSONValue?, _ new: JSONValue?
  ) {
    guard let mergeKey = Self.mergeKeys[name], let olds = Self.named(before, by: mergeKey), let news = Self.named(after, by: mergeKey)
    else { return add(path, name, old, new) }
    let count = differences.count
    let isAlone = name == "containers" && olds.count == 1 && news.map(\.name) == olds.map(\.name)
    for key in news.map(\.name) + olds.map(\.name).filter({ name in !news.contains { $0.name == name } }) {
      let one = olds.first { $0.name == key }?.value
      let other = news.first { $0.name == key }?.value
      guard one != other else { continue }
      switch name {
      case "env": add("\(path.dropLast(3))env \(key)", key, one.map(Self.variable), other.map(Self.variable))
      case "containers", "initContainers":
        let place = isAlone ? "" : "\(path)[\(key)]"
        if let one, let other { compare(one, other, at: place, name: key) } else { add(place, key, one?["image"], other?["image"]) }
      default:
        if let one, let other {
          compare(one, other, at: "\(path)[\(key)]", name: key)
        } else {
          add("\(path)[\(key)]", key, one, other)
        }
      }
    }
    // The same elements in another order.
    if differences.count == count { add(path, name, old, new) }
  }

  /// The elements with what each is called; `nil` unless all are called differently.
  private static func named(_ elements: [JSONValue], by key: String) -> [(name: String, value: JSONValue)]? {
    var named: [(name: String, value: JSONValue)] = []
    for element in elements {
      guard let name = element[key]?.stringValue ?? element[key]?.intValue.map(String.init), !named.contains(where: { $0.name == name })
      else { return nil }
      named.append((name, element))
    }
    return named
  }

  /// The value of an environment variable, or where it comes from.
  private static func variable(_ element: JSONValue) -> JSONValue { element["value"] ?? element["valueFrom"] ?? "" }

  private func keys(_ old: JSONObject?, _ new: JSONObject?) -> [String] {
    let keys = new?.keys ?? []
    return keys + (old?.keys ?? []).filter { !keys.contains($0) }
  }

  private static func path(_ path: String, _ key: String) -> String {
    if key.contains(where: { $0 == "." || $0 == "/" }) { return "\(path)[\(key)]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }

  private mutating func add(_ path: String, _ name: String, _ old: JSONValue?, _ new: JSONValue?) {
    differences.append(TemplateDifference(path: path, name: name, old: old, new: new))
  }
}
