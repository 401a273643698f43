import Spelling
package import StrictYAML

/// What Periplus knows of the application it watches: `app.yaml`. Checks, lessons, demos and traffic name no service and no path of
/// their own; another application has another file.
package struct AppProfile: Sendable, Hashable {
  package var name: String
  package var namespace: String
  package var services: [AppService]
  /// Where each pod answers its operators; `nil` where faults cannot be switched.
  package var operators: OperatorPort?
  /// Image names and the programs beside this one that the ground runs in their place.
  package var images: [(image: String, program: String)]
  package var values: [ValueRange]
  package var requests: [NamedRequest]
  package var traffic: [TrafficShare]

  package struct OperatorPort: Sendable, Hashable {
    package var port: Int
    /// The path at which faults are switched.
    package var faults: String
  }

  package struct TrafficShare: Sendable, Hashable {
    package var request: String
    /// How often, among the sum of all shares.
    package var share: Int
  }

  package static func == (one: AppProfile, other: AppProfile) -> Bool {
    one.name == other.name && one.namespace == other.namespace && one.services == other.services && one.requests == other.requests
      && one.traffic == other.traffic && one.values == other.values
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(namespace)
  }

  package func service(_ name: String) -> AppService? { services.first { $0.name == name } }

  /// - Throws: ``UnknownRequest``, which names those that there are.
  package func request(named name: String) throws(UnknownRequest) -> NamedRequest {
    guard let request = requests.first(where: { $0.name == name }) else { throw UnknownRequest(name: name, known: requests.map(\.name)) }
    return request
  }

  /// The requests whose way through the services is known, the longest first: what a plan sends to see a facility work.
  package var followedRequests: [NamedRequest] {
    requests.enumerated().filter { !$0.element.hops.isEmpty }
      .sorted { ($1.element.hops.count, $0.offset) < ($0.element.hops.count, $1.offset) }.map(\.element)
  }

  /// The values of one request: its id, and the lowest of each range, so that a check sends the same every time.
  package func firstValues(id: String) -> Variables {
    Variables(Dictionary(values.map { ($0.name, $0.text($0.range.lowerBound)) } + [("id", id)], uniquingKeysWith: { _, new in new }))
  }

  /// The values of one request, drawn anew.
  package func drawnValues(id: String, using random: inout some RandomNumberGenerator) -> Variables {
    var all = Variables(["id": id])
    for value in values { all.values[value.name] = value.text(Int.random(in: value.range, using: &random)) }
    return all
  }
}

/// One service of the application.
package struct AppService: Sendable, Hashable {
  package var name: String
  /// Where clients reach it; `nil` for one that only reads messages.
  package var port: Int?
  /// The paths it answers begin with this.
  package var prefix: String?
}

/// A number that differs from request to request, as text: `acct-017`.
package struct ValueRange: Sendable, Hashable {
  package var name: String
  package var range: ClosedRange<Int>
  package var prefix: String
  /// Filled with zeros to so many digits.
  package var digits: Int

  package func text(_ number: Int) -> String {
    let text = String(number)
    return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

/// Somebody named a request that the profile does not have.
package struct UnknownRequest: Error, Hashable, CustomStringConvertible {
  package var name: String
  package var known: [String]

  package init(name: String, known: [String]) {
    self.name = name
    self.known = known
  }

  package var description: String { sentence }

  package var sentence: String {
    let hint = EditDistance.nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
    let all = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
    return "the app profile has no request '\(name.replacingControls())', \(all)\(hint)"
  }
}
