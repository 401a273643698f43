import ClusterModel
import TelemetryModel
package import TimeFormat

/// Everything about one request: its records of all services, and what became of the pods that served it.
package struct RequestLookup: Query {
  /// Records of one request; a request that has more says that it is cut.
  package static let limit = 10_000

  package let id: String
  private let until: Timestamp?

  /// - Parameter until: the moment to which pods are followed after the request; `nil`: as long as anything is known.
  package init(id: String, until: Timestamp? = nil) {
    self.id = id
    self.until = until
  }

  /// The answer knows nothing of how far collection is: who asks sets ``RequestView/collection``.
  package func run(_ sources: Sources) async throws -> RequestView {
    let page = try await sources.logs.records(matching: LogQuery([.requestID(id)], order: .oldestFirst, limit: Self.limit))
    guard let first = page.records.map(\.at).min() else { return RequestView(id: id, records: [], lifecycle: []) }
    let uids = Array(Set(page.records.map(\.origin.podUID)).subtracting([""]))
    let lifecycle = uids.isEmpty ? [] : try await sources.ledger.lifecycle(ofPods: uids)
    // A pod ends after it served, so nothing older concerns it; a moment of the API lies within its second.
    let reschedules = try await sources.ledger.reschedules(since: first - .seconds(1)).filter { $0.retractedAt == nil }
    return RequestView(
      id: id, records: page.records, lifecycle: lifecycle, reschedules: reschedules, until: until, isCut: page.next != nil)
  }
}
