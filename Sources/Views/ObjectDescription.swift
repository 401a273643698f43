package import ClusterModel
package import JSONBytes
package import Screen
package import TimeFormat

/// An object in words, as `kubectl describe` says it: what it is, its containers, its conditions and its events. Which lines there are follows
/// from what the manifest has, not from its kind.
package struct ObjectDescription {
  private let manifest: JSONValue
  private let events: [ClusterEvent]
  private let now: Timestamp
  private var lines: [StyledLine] = []

  /// - Parameter events: those of the object, newest first.
  package init(_ manifest: JSONValue, events: [ClusterEvent], now: Timestamp) {
    (self.manifest, self.events, self.now) = (manifest, events, now)
  }

  package static func lines(_ manifest: JSONValue, events: [ClusterEvent], now: Timestamp) -> [StyledLine] {
    var description = Self(manifest, events: events, now: now)
    description.write()
    return description.lines
  }

  private static let keyColumns = 16

  private mutating func add(_ key: String, _ value: String?, indent: Int = 0) {
    guard let value, !value.isEmpty else { return }
    lines.append([
      StyledRun(String(repeating: " ", count: indent) + Self.padded("\(key):", Self.keyColumns - indent), .dim), StyledRun(value),
    ])
  }

  private static func padded(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(1, columns - TextWidth.width(of: text)))
  }

  private mutating func add(_ key: String, pairs: JSONValue?, separator: String = "=") {
    for (index, pair) in (pairs?.objectValue ?? [:]).enumerated() {
      let value = "\(pair.key)\(separator)\(Self.scalar(pair.value))"
      if index == 0 {
        add(key, value)
      } else {
        lines.append([StyledRun(String(repeating: " ", count: Self.keyColumns)), StyledRun(value)])
      }
    }
  }

  private static func scalar(_ value: JSONValue?) -> String { value.map { $0.stringValue ?? $0.jsonString } ?? "" }

  private func text(_ path: String...) -> String? { manifest.at(path).map(Self.scalar) }

  private func age(_ time: JSONValue?) -> String? {
    guard let text = time?.stringValue else { return nil }
    return Timestamp(rfc3339: text).map { "\(text), \((now - $0).brief) ago" } ?? text
  }

  private mutating func title(_ text: String) {
    lines.append(StyledLine())
    lines.append(StyledLine(text, .title))
  }

  private mutating func write() {
    add("Name", text("metadata", "name"))
    add("Namespace", text("metadata", "namespace"))
    add("Kind", [text("kind"), text("apiVersion").map { "(\($0))" }].compactMap { $0 }.joined(separator: " "))
    add("Labels", pairs: manifest.at("metadata", "labels"))
    add("Annotations", pairs: manifest.at("metadata", "annotations"), separator: ": ")
    add("Created", age(manifest.at("metadata", "creationTimestamp")))
    add("Terminating", age(manifest.at("metadata", "deletionTimestamp")))
    let controller = (manifest.at("metadata", "ownerReferences")?.arrayValue ?? []).first { $0["controller"]?.boolValue == true }
    if let controller { add("Controlled By", "\(Self.scalar(controller["kind"]))/\(Self.scalar(controller["name"]))") }
    writeSpec()
    let template = manifest.at("spec", "jobTemplate", "spec", "template") ?? manifest.at("spec", "template") ?? manifest
    writeContainers(template, "initContainers", "initContainerStatuses", title: "Init Containers")
    writeContainers(template, "containers", "containerStatuses", title: "Containers")
    writeData()
    writeConditions()
    writeEvents()
  }

  private mutating func writeSpec() {
    add("Selector", (manifest.at("spec", "selector", "matchLabels") ?? manifest.at("spec", "selector"))?.objectValue.map(Self.joined))
    if let desired = manifest.at("spec", "replicas")?.intValue {
      let counts = [
        ("updatedReplicas", "updated"), ("replicas", "total"), ("availableReplicas", "available"), ("unavailableReplicas", "unavailable"),
      ]
      add(
        "Replicas",
        (["\(desired) desired"] + counts.map { "\(manifest.at("status", $0.0)?.intValue ?? 0) \($0.1)" }).joined(separator: " | "))
    }
    add("Strategy", text("spec", "strategy", "type") ?? text("spec", "updateStrategy", "type"))
    add("Schedule", text("spec", "schedule"))
    add("Type", text("spec", "type"))
    add("Status", text("status", "phase"))
    add("Reason", text("status", "reason"))
    add("Message", text("status", "message"))
    add("Node", text("spec", "nodeName"))
    add("IP", text("status", "podIP") ?? text("spec", "clusterIP"))
    add("QoS Class", text("status", "qosClass"))
    add("Priority Class", text("spec", "priorityClassName"))
    add("Service Account", text("spec", "serviceAccountName"))
    if manifest.at("spec", "unschedulable")?.boolValue == true { add("Unschedulable", "true") }
    add(
      "Taints",
      manifest.at("spec", "taints")?.arrayValue?.map {
        "\(Self.scalar($0["key"]))\($0["value"].map { "=" + Self.scalar($0) } ?? ""):\(Self.scalar($0["effect"]))"
      }.joined(separator: ", "))
    add("Capacity", manifest.at("status", "capacity")?.objectValue.map(Self.joined))
    add("Allocatable", manifest.at("status", "allocatable")?.objectValue.map(Self.joined))
  }

  private static func joined(_ object: JSONObject) -> String { object.map { "\($0.key)=\(scalar($0.value))" }.joined(separator: ", ") }

  private mutating func writeContainers(_ template: JSONValue, _ specs: String, _ statuses: String, title: String) {
    let containers = template.at("spec", specs)?.arrayValue ?? []
    guard !containers.isEmpty else { return }
    self.title(title)
    for container in containers {
      let name = Self.scalar(container["name"])
      lines.append(StyledLine("  \(name)", .strong))
      let status = manifest.at("status", statuses)?.arrayValue?.first { $0["name"]?.stringValue == name }
      add("Image", container["image"].map(Self.scalar), indent: 4)
      add(
        "Ports",
        container["ports"]?.arrayValue?.map { "\(Self.scalar($0["containerPort"]))/\($0["protocol"]?.stringValue ?? "TCP")" }.joined(
          separator: ", "), indent: 4)
      for key in ["command", "args"] {
        add(key.capitalizedWord, container[key]?.arrayValue?.map(Self.scalar).joined(separator: " "), indent: 4)
      }
      if let status {
        add("State", Self.state(status["state"], now), indent: 4)
        add("Last State", Self.state(status["lastState"], now), indent: 4)
        add("Ready", status["ready"].map(Self.scalar), indent: 4)
        add("Restart Count", status["restartCount"].map(Self.scalar), indent: 4)
      }
      for key in ["limits", "requests"] {
        add(key.capitalizedWord, container.at("resources", key)?.objectValue.map(Self.joined), indent: 4)
      }
      for (key, name) in [("livenessProbe", "Liveness"), ("readinessProbe", "Readiness"), ("startupProbe", "Startup")] {
        add(name, container[key].map(Self.probe), indent: 4)
      }
      for (index, variable) in (container["env"]?.arrayValue ?? []).enumerated() {
        let value = "\(Self.scalar(variable["name"]))=\(variable["value"].map(Self.scalar) ?? Self.scalar(variable["valueFrom"]))"
        if index == 0 {
          add("Environment", value, indent: 4)
        } else {
          lines.append(StyledLine(String(repeating: " ", count: Self.keyColumns) + value))
        }
      }
      add(
        "Mounts",
        container["volumeMounts"]?.arrayValue?.map { "\(Self.scalar($0["mountPath"])) from \(Self.scalar($0["name"]))" }.joined(
          separator: ", "),
        indent: 4)
    }
  }

  private static func state(_ state: JSONValue?, _ now: Timestamp) -> String? {
    guard let member = state?.objectValue?.first(where: { _ in true }) else { return nil }
    let details = (member.value.objectValue ?? [:]).filter { $0.key != "containerID" }.map { "\($0.key) \(scalar($0.value))" }
    return details.isEmpty ? member.key : "\(member.key): \(details.joined(separator: ", "))"
  }

  private static func probe(_ probe: JSONValue) -> String {
    var words: [String] = []
    if let get = probe["httpGet"] { words.append("http-get :\(scalar(get["port"]))\(scalar(get["path"]))") }
    if let socket = probe["tcpSocket"] { words.append("tcp-socket :\(scalar(socket["port"]))") }
    if let exec = probe.at("exec", "command")?.arrayValue { words.append("exec \(exec.map(scalar).joined(separator: " "))") }
    for (key, word) in [("initialDelaySeconds", "delay"), ("timeoutSeconds", "timeout"), ("periodSeconds", "period")] {
      if let seconds = probe[key]?.intValue { words.append("\(word)=\(seconds)s") }
    }
    if let failures = probe["failureThreshold"]?.intValue { words.append("#failure=\(failures)") }
    return words.joined(separator: " ")
  }

  /// The keys of a ConfigMap or a Secret.
  private mutating func writeData() {
    guard let data = manifest["data"]?.objectValue, data.contains(where: { _ in true }) else { return }
    title("Data")
    for member in data { lines.append([StyledRun("  \(member.key): ", .dim), StyledRun(Self.scalar(member.value))]) }
  }

  private mutating func writeConditions() {
    let conditions = manifest.at("status", "conditions")?.arrayValue ?? []
    guard !conditions.isEmpty else { return }
    title("Conditions")
    for condition in conditions {
      let status = Self.scalar(condition["status"])
      var line: StyledLine = [
        StyledRun("  " + Self.padded(Self.scalar(condition["type"]), 18)), StyledRun(Self.padded(status, 8), .strong),
      ]
      line.append([condition["reason"], condition["message"]].map { Self.scalar($0) }.filter { !$0.isEmpty }.joined(separator: ": "), .dim)
      lines.append(line)
    }
  }

  private mutating func writeEvents() {
    title("Events")
    if events.isEmpty { lines.append(StyledLine("  none; Kubernetes deletes events after an hour", .grey)) }
    for event in events {
      let age = event.last.map { (now - $0).brief } ?? "–"
      var line: StyledLine = [
        StyledRun("  " + Self.padded(age, 9), .dim), StyledRun(Self.padded(event.reason, 18), event.type == "Warning" ? .amber : .text),
      ]
      line.append((event.count > 1 ? "×\(event.count)  " : "") + event.message)
      lines.append(line)
    }
  }
}

extension String {
  fileprivate var capitalizedWord: String { prefix(1).uppercased() + dropFirst() }
}
