/// The order in which clients send their requests: each as often as its share says, spread evenly, the same in every run (smooth
/// weighted round robin, as nginx's upstreams have it).
package struct TrafficCycle: Sendable, Hashable {
  private let requests: [NamedRequest]

  /// - Parameter services: those that are there; the share of others goes to the rest.
  package init(_ profile: AppProfile, services: Set<String>) {
    let there = profile.requests.filter { services.contains($0.service) }
    let mix = profile.traffic.compactMap { share in
      there.first { request in
        request.name == share.request && request.follows.map { followed in there.contains { $0.name == followed } } ?? true
      }.map { (request: $0, share: share.share) }
    }
    let total = mix.reduce(0) { $0 + $1.share }
    var credit = mix.map { _ in 0 }
    var order: [NamedRequest] = []
    for _ in 0..<total {
      for index in mix.indices { credit[index] += mix[index].share }
      guard let next = mix.indices.max(by: { (credit[$0], $1) < (credit[$1], $0) }) else { break }
      credit[next] -= total
      order.append(mix[next].request)
    }
    requests = order
  }

  package var isEmpty: Bool { requests.isEmpty }

  /// - Parameter number: of the request in a run, from 1.
  package func request(_ number: Int) -> NamedRequest? {
    requests.isEmpty ? nil : requests[(number - 1) % requests.count]
  }
}
