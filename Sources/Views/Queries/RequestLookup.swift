import ClusterModel
import TelemetryModel

/// Everything about one request: its records of all services, and what became of the pods that served it.
package struct RequestLookup: Query {
  /// Records of one request; a request that has more says that it is cut.
  package static let limit = 10_000

  package let id: String

  package init(id: String) { self.id = id }

  /// The answer knows nothing of how far collection is: who asks sets ``RequestView/collection``.
  package func run(_ sources: Sources) async throws -> RequestView {
    let page = try await sources.logs.records(matching: LogQuery([.requestID(id)], order: .oldestFirst, limit: Self.limit))
    let uids = Array(Set(page.records.map(\.origin.podUID)).subtracting([""]))
    let lifecycle = uids.isEmpty ? [] : try await sources.ledger.lifecycle(ofPods: uids)
    return RequestView(id: id, records: page.records, lifecycle: lifecycle, isCut: page.next != nil)
  }
}
