import JSONBytes
import Kubernetes
import TimeFormat

extension Resource {
  package static let events = Resource(.events)
}

extension ResourceDefinition {
  static let events = ResourceDefinition(.events) {
    $0.name = .any
    $0.defaults = { event in
      for field in ["type", "reportingComponent", "reportingInstance"] { event.fill([field], field == "type" ? "Normal" : "") }
      event.fill(["source"], [:])
      event = eventAlias.stored(event, of: .events)
    }
    $0.columns = eventColumns
    $0.selectableFields =
      ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map { SelectableField("involvedObject.\($0)") }
      + ["reason", "type", "reportingComponent"].map { SelectableField($0) } + [SelectableField("source", at: "source.component")]
    $0.alias = eventAlias
    $0.hasManagedFields = false
    $0.outlivesNamespace = true
  }

  /// Events are stored as core/v1 and served in either group.
  private static let eventAlias = ResourceAlias(
    group: "events.k8s.io", version: "v1",
    names: [
      ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"), ("source", "deprecatedSource"),
      ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ])

  private static let eventColumns: [TableColumn] = [
    TableColumn("Last Seen", "The time at which the most recent occurrence was recorded.") { event, now in
      .string(Cell.since(time(event, ["lastTimestamp", "eventTime", "firstTimestamp"]), now))
    },
    .text("Type", "Type of this event (Normal, Warning).", at: "type"),
    .text("Reason", "A short, machine understandable reason.", at: "reason"),
    TableColumn("Object", "The object that this event is about.") { event, _ in
      let object = event["involvedObject"]
      return .string("\((object?["kind"]?.stringValue ?? "").lowercased())/\(object?["name"]?.stringValue ?? "")")
    },
    .text("Subobject", wide: true, "The part of the object that this event is about.", at: "involvedObject", "fieldPath"),
    TableColumn("Source", wide: true, "The component reporting this event.") { event, _ in
      let component = event.at("source", "component")?.stringValue ?? event["reportingComponent"]?.stringValue ?? ""
      let host = event.at("source", "host")?.stringValue ?? event["reportingInstance"]?.stringValue ?? ""
      return .string(host.isEmpty ? component : "\(component), \(host)")
    },
    TableColumn("Message", "A human-readable description.") { event, _ in .string((event["message"]?.stringValue ?? "").trimmedSpace) },
    TableColumn("First Seen", wide: true, "The time at which the event was first recorded.") { event, now in
      .string(Cell.since(time(event, ["firstTimestamp", "eventTime"]), now))
    },
    TableColumn("Count", wide: true, "The number of times this event has occurred.") { event, _ in
      .int(event.at("series", "count")?.intValue ?? event["count"]?.intValue ?? 1)
    },
    TableColumn("Name", format: "name", wide: true, "Name must be unique within a namespace.") { event, _ in
      event.at("metadata", "name") ?? ""
    },
  ]

  private static func time(_ event: JSONValue, _ fields: [String]) -> JSONValue? {
    for field in fields {
      if let value = event[field], !value.isNull { return value }
    }
    return event.at("metadata", "creationTimestamp")
  }
}
