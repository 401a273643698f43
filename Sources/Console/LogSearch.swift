import TelemetryModel

/// The search box's text as conditions.
enum LogSearch {
  struct Problem: Error {
    var sentence: String
  }

  static func parse(_ text: String) -> Result<[LogQuery.Condition], Problem> {
    do {
      return .success(try LogQueryParser.parse(text))
    } catch {
      return .failure(Problem(sentence: "\(error)"))
    }
  }

  /// Whether it asks for one request: then the whole time is searched, oldest first.
  static func isRequest(_ text: String) -> Bool {
    guard case .success(let conditions) = parse(text) else { return false }
    return conditions.contains { if case .requestID = $0 { true } else { false } }
  }
}
