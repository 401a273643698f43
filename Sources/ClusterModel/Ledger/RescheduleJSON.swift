package import JSONBytes
import TimeFormat

extension Reschedule {
  /// Writes the entry as one JSON object; members that do not apply are absent.
  package func writeJSON(to writer: inout JSONWriter) {
    writer.object { json in
      json.member("at", at.rfc3339())
      json.member("cluster", cluster)
      json.member("namespace", namespace)
      json.member("workload", workload)
      json.member("change", change.rawValue)
      json.member("cause", cause.rawValue)
      for (name, pod) in [("old", old), ("new", new)] {
        guard let pod else { continue }
        json.key(name)
        json.object { json in
          json.member("name", pod.name)
          json.member("uid", pod.uid)
          if !pod.node.isEmpty { json.member("node", pod.node) }
        }
      }
      json.member(ifPresent: container, "container")
      if let exitCode { json.member("exitCode", exitCode) }
      if let downtimeSeconds { json.member("downtimeSeconds", downtimeSeconds) }
      if let capacityGapSeconds { json.member("capacityGapSeconds", capacityGapSeconds) }
      json.member("confidence", confidence)
      json.key("evidence")
      json.array { json in for line in evidence { json.value(line) } }
      if isPending { json.member("pending", true) }
    }
  }
}
