import Spelling
import TimeFormat

/// One `name:value` of a query: a condition, or an option such as `since:`.
struct QueryField {
  typealias Wrong = (sentence: String, suggestion: String?)

  var name: String
  var comparison: LogQuery.Comparison
  var value: String

  static let options = ["since", "until", "order", "limit"]
  var isOption: Bool { Self.options.contains(name.lowercased()) }

  /// What is wrong with the value, for the fields whose values are known.
  mutating func check() -> Wrong? {
    let known = LogFieldReader.Known(name: name)
    if let known, known.rawValue == name.lowercased() || known == .namespace || known == .request || known == .trace {
      name = known.rawValue
    }
    switch known {
    case .level where value != "*":
      if let level = LogLevel(word: value) {
        value = level.word
        return nil
      }
      let words = LogLevel.allCases.map(\.word)
      let guess = EditDistance.nearest(to: value, among: words + ["WARNING"])
      let meant = guess.map { "did you mean \($0)?" } ?? "the levels are \(words.joined(separator: ", "))."
      return ("Unknown level \(value); \(meant)", guess.map { "\(name):\(comparison.rawValue)\($0)" })
    case .status where value != "*":
      let isClass = value.count == 3 && value.lowercased().hasSuffix("xx") && value.first.map { ("1"..."5").contains(String($0)) } == true
      if Double(value) != nil || isClass && (comparison == .equal || comparison == .notEqual) { return nil }
      return (
        "Expected a status such as 503 or 5xx after 'status:', but '\(comparison.rawValue)\(value)' came.",
        isClass ? "status:\(value)" : "status:5xx"
      )
    case .request where comparison != .equal && comparison != .notEqual:
      return ("Expected an id after 'request:', but '\(comparison.rawValue)\(value)' came.", "request:\(value)")
    default: return nil
    }
  }

  var condition: LogQuery.Condition {
    if LogFieldReader.Known(name: name) == .request, !value.contains("*") {
      if comparison == .equal { return .requestID(value) }
      if comparison == .notEqual { return .not(.requestID(value)) }
    }
    return .field(name, comparison, value)
  }
}

/// The options of a query: its range, order and limit.
struct QueryOptions {
  private var since: Timestamp?
  private var until: Timestamp?
  private var order: LogQuery.Order?
  private var limit: Int?
  private var rangeColumn = 1

  mutating func take(_ field: QueryField, column: Int, length: Int, now: Timestamp) -> QueryField.Wrong? {
    guard field.comparison == .equal else {
      return ("Expected a value after '\(field.name):', but a comparison came.", "\(field.name):\(field.value)")
    }
    switch field.name.lowercased() {
    case "since", "until":
      guard let moment = Self.moment(field.value, now: now) else {
        return (
          "Expected an age such as 15m, a clock time such as 14:04, or a time such as 2018-01-22T14:04:00Z after '\(field.name):', but '\(field.value)' came.",
          "\(field.name):15m"
        )
      }
      rangeColumn = column
      if field.name.lowercased() == "since" { since = moment } else { until = moment }
    case "order":
      let orders = ["oldest": LogQuery.Order.oldestFirst, "newest": .newestFirst]
      guard let wanted = orders[field.value.lowercased()] else {
        return (
          "Expected oldest or newest after 'order:', but '\(field.value)' came.",
          EditDistance.nearest(to: field.value, among: Array(orders.keys)).map { "order:\($0)" }
        )
      }
      order = wanted
    default:
      guard let wanted = Int(field.value), wanted > 0 else {
        return ("Expected a whole number above 0 after 'limit:', but '\(field.value)' came.", "limit:100")
      }
      limit = wanted
    }
    return nil
  }

  func apply(to query: inout LogQuery, _ report: (LogQueryError.Problem) -> Void) {
    if let order { query.order = order }
    if let limit { query.limit = limit }
    guard since != nil || until != nil else { return }
    let from = since ?? Timestamp(nanoseconds: .min)
    let to = until ?? Timestamp(nanoseconds: .max)
    guard from <= to else {
      report(.init(column: rangeColumn, length: 6, sentence: "Expected 'since:' to be before 'until:', but it is after it."))
      return
    }
    query.range = from..<to
  }

  /// `15m` ago, `14:04` today, `2018-01-22`, or RFC 3339; clock times and dates in UTC.
  static func moment(_ text: String, now: Timestamp) -> Timestamp? {
    if let moment = Timestamp(rfc3339: text) { return moment }
    if text == "now" { return now }
    if let age = Duration(option: text) { return now - age }
    if let moment = Timestamp(rfc3339: "\(text)T00:00:00Z") ?? Timestamp(rfc3339: "\(text)Z") { return moment }
    let today = CivilTime(now).date
    return Timestamp(rfc3339: "\(today)T\(text)Z") ?? Timestamp(rfc3339: "\(today)T\(text):00Z")
  }
}
