import TelemetryModel
import TimeFormat

/// The search box's text as a query.
enum SearchText {
  struct Problem: Error, CustomStringConvertible {
    var sentence: String
    var description: String { sentence }
  }

  static func parse(_ text: String, now: Timestamp) -> Result<LogQuery, Problem> {
    do throws(LogQueryError) {
      return .success(try LogQueryParser.parse(text, now: now))
    } catch {
      let sentences = error.problems.map { problem in
        let isAsked = problem.sentence.hasSuffix("?")
        return problem.sentence + (isAsked ? "" : problem.suggestion.map { " Try \($0)" } ?? "")
      }
      return .failure(Problem(sentence: sentences.joined(separator: " ")))
    }
  }

  /// Whether it asks for one request: then the whole time is searched.
  static func isRequest(_ text: String) -> Bool {
    guard case .success(let query) = parse(text, now: Timestamp(nanoseconds: 0)) else { return false }
    return query.conditions.contains { if case .requestID = $0 { true } else { false } }
  }
}
