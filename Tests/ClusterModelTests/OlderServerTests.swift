import ClusterModel
import Testing
import TimeFormat

/// A recording of Kubernetes 1.20, which renews no time in `managedFields` when the same fields change again, marks no evicted pod, and
/// names pods in the taint manager's events without their UID.
@Suite("The ledger against a recording of Kubernetes 1.20", .onOwnThreads)
struct OlderServerTests {
  /// What was done, with the second at which it began.
  static let deeds: [(at: String, told: [String])] = [
    ("02:41:00", Array(repeating: "Deployment/web replaced rollout", count: 8)),
    // Undone in its middle: three pods of the old template had gone; of the new one three were replaced, one was beyond the count.
    ("02:41:17", Array(repeating: "Deployment/undo replaced rollout", count: 6) + ["Deployment/undo removed rollout"]),
    ("02:41:37", Array(repeating: "Deployment/web removed scale", count: 2)),
    ("02:41:43", ["Deployment/web replaced deleted"]),
    // `kubectl taint nodes node-2 by=hand:NoExecute`
    ("02:41:55", ["Deployment/front replaced drain"] + Array(repeating: "Deployment/taint replaced drain", count: 2)),
    ("02:42:11", ["Deployment/front replaced deleted"]),
    // The kubelet of node-2 was stopped; the pod on it tolerates that for 20 s.
    ("02:42:26", ["Deployment/front replaced nodeLost"]),
  ]

  private func replayed() throws -> LedgerBook {
    let recording = try Recording("kubernetes-1.20")
    var book = LedgerBook()
    for delta in recording.deltas { book.apply(delta) }
    for second in 1...400 as ClosedRange<Int64> { book.tick(recording.end + .seconds(second)) }
    return book
  }

  @Test("each pod has the cause of what was done, and nothing else is told")
  func causes() throws {
    let book = try replayed()
    for (index, deed) in Self.deeds.enumerated() {
      let from = try #require(Timestamp(rfc3339: "2026-11-29T\(deed.at)Z"))
      let next = index + 1 < Self.deeds.count ? Timestamp(rfc3339: "2026-11-29T\(Self.deeds[index + 1].at)Z") : nil
      let told = book.sorted.filter { entry in entry.at >= from && next.map { entry.at < $0 } ?? true }.map {
        "\($0.workload) \($0.change) \($0.cause)"
      }
      #expect(told.sorted() == deed.told.sorted(), "\(deed.at)")
    }
    #expect(book.entries.count == Self.deeds.reduce(0) { $0 + $1.told.count })
    #expect(book.gaps.isEmpty)
  }
}
