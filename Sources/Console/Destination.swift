package import TimeFormat

/// The pages that have a number key.
package enum Tab: Int, Sendable, Hashable, CaseIterable {
  case voyage = 1
  case health
  case reschedules
  case logs

  package var title: String {
    switch self {
    case .voyage: "Voyage"
    case .health: "Health"
    case .reschedules: "Reschedules"
    case .logs: "Logs"
    }
  }
}

/// What the number keys after the last page will open, and what brings it.
enum PlannedPages {
  static let all: [(key: Int, title: String, facility: String)] = [
    (5, "Traces", "Distributed tracing, sprint 9"), (6, "Alerts", "Alerting, sprint 7"),
    (7, "Scorecard", "Build & deploy pipeline, sprint 2"),
    (8, "Pipeline", "Build & deploy pipeline, sprint 2"), (9, "Load", "Service resiliency, sprint 8"),
  ]

  static func sentence(_ key: Int) -> String {
    guard let page = all.first(where: { $0.key == key }) else { return "There is no page \(key)." }
    return "\(page.title) is not here yet: it comes with \(page.facility)."
  }
}

/// A place that can be written as text: `logs/request:9f3c`, `health/shop/Deployment/reports`, `request/9f3c@2018-01-22T14:03:02Z`.
package struct DeepLink: Sendable, Hashable {
  package var page: String
  package var item: String
  package var moment: Timestamp?

  package init(page: String, item: String = "", moment: Timestamp? = nil) {
    self.page = page
    self.item = item
    self.moment = moment
  }

  package static let pages = ["voyage", "health", "reschedules", "logs", "request"]

  /// Reads `PAGE[/ITEM][@TIME]`; the error is one sentence.
  package static func parse(_ text: String) -> Result<DeepLink, DeepLinkError> {
    var rest = Substring(text)
    var moment: Timestamp?
    if let at = rest.lastIndex(of: "@") {
      let time = String(rest[rest.index(after: at)...])
      if let parsed = Timestamp(rfc3339: time) {
        moment = parsed
        rest = rest[..<at]
      } else if time.first?.isNumber == true, !time.contains("/") {
        return .failure(DeepLinkError("The time after @ must be like 2018-01-22T14:03:02Z, but it is \"\(time)\"."))
      }
    }
    let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let page = parts.first.map { $0.lowercased() } ?? ""
    guard pages.contains(page) else {
      return .failure(DeepLinkError("There is no page \"\(page)\"; the pages are \(pages.joined(separator: ", "))."))
    }
    let item = parts.count > 1 ? String(parts[1]) : ""
    if page == "request", item.isEmpty { return .failure(DeepLinkError("A request page needs an id: request/ID.")) }
    return .success(DeepLink(page: page, item: item, moment: moment))
  }

  package var text: String { page + (item.isEmpty ? "" : "/\(item)") + (moment.map { "@\($0.rfc3339())" } ?? "") }
}

package struct DeepLinkError: Error, Sendable, Hashable {
  package var sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}
