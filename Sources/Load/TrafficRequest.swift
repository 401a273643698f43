import Application

/// One request of a client, ready to be sent.
struct TrafficRequest: Sendable {
  var id: String
  /// In the app profile.
  var name: String
  var url: String
  /// The method and the route, for people.
  var what: String
  var filled: FilledRequest
}

/// Makes one request after the other from an app profile.
struct TrafficSource: Sendable {
  private let profile: AppProfile
  private let bases: [String: String]
  private let cycle: TrafficCycle
  /// By the request they answered: locations that nobody has gone to yet.
  private var locations: [String: [String]] = [:]

  static let keptLocations = 64

  init(_ profile: AppProfile, services: [String: String]) {
    self.profile = profile
    bases = services.mapValues { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    cycle = TrafficCycle(profile, services: Set(services.keys))
  }

  /// Remembers where an answer said that there is more.
  mutating func keep(location: String, of request: String) {
    guard location.hasPrefix("/"), locations[request, default: []].count < Self.keptLocations else { return }
    locations[request, default: []].append(location)
  }

  /// - Parameter number: of the request in this run, from 1; it decides the kind, so that every run has the same mix.
  mutating func request(number: Int, id: String) -> TrafficRequest? {
    guard var request = cycle.request(number) else { return nil }
    var location: String?
    if let followed = request.follows {
      location = locations[followed]?.popLast()
      // As long as nothing is there to come back for, it is asked for.
      if location == nil, let first = profile.requests.first(where: { $0.name == followed && bases[$0.service] != nil }) { request = first }
    }
    var random = SystemRandomNumberGenerator()
    var filled = request.filled(profile.drawnValues(id: id, using: &random))
    if let location { filled.path = location }
    return TrafficRequest(
      id: id, name: request.name, url: (bases[request.service] ?? "") + filled.path, what: request.display, filled: filled)
  }
}
