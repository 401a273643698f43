package import JSONBytes
package import TimeFormat

/// That a facility was shown in a demo. Recorded when it happens, one JSON line each; never written into the plan.
package struct Reveal: Sendable, Hashable {
  package var facility: String
  package var demo: String
  package var at: Timestamp

  package init(facility: String, demo: String, at: Timestamp) {
    self.facility = facility
    self.demo = demo
    self.at = at
  }

  package var json: JSONValue {
    ["facility": .string(facility), "demo": .string(demo), "at": .string(at.rfc3339())]
  }

  /// `nil` when the line is not a reveal.
  package init?(line: some Collection<UInt8>) {
    guard let json = try? JSONValue(parsing: line), let facility = json["facility"]?.stringValue,
      let at = json["at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    else { return nil }
    self.init(facility: facility, demo: json["demo"]?.stringValue ?? "", at: at)
  }
}
