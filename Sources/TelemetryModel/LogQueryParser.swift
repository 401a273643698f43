import LogStandard
package import TimeFormat

/// The text form of a query.
///
///     request:7c2e…            records of a request; a bare UUID means the same
///     service:api level:>=WARN status:5xx pod:worker-* reqVerb:POST
///     "card declined" timeout  texts, ASCII case ignored
///     /time(d )?out/           a regular expression
///     -debug !level:INFO       not
///     a OR b  (a OR b c)       alternatives; OR binds closer than the space, which means and
///     since:15m until:2018-01-22T14:00:00Z order:newest limit:50
package enum LogQueryParser {
  /// - Parameter now: what `since:15m` counts back from.
  package static func parse(_ text: String, now: Timestamp) throws(LogQueryError) -> LogQuery {
    var parse = QueryParse(text, now: now)
    let query = parse.run()
    guard parse.problems.isEmpty else { throw LogQueryError(problems: parse.problems.sorted { $0.column < $1.column }) }
    return query
  }
}

/// One pass over the characters of a query.
struct QueryParse {
  private let text: [Character]
  private let now: Timestamp
  private var index = 0
  private(set) var problems: [LogQueryError.Problem] = []
  private var options = QueryOptions()

  init(_ text: String, now: Timestamp) {
    self.text = Array(text)
    self.now = now
  }

  mutating func run() -> LogQuery {
    let conditions = group(depth: 0)
    var query = LogQuery(conditions)
    options.apply(to: &query) { problems.append($0) }
    return query
  }

  private mutating func problem(_ start: Int, _ sentence: String, _ suggestion: String? = nil) {
    problems.append(.init(column: start + 1, length: Swift.max(1, index - start), sentence: sentence, suggestion: suggestion))
  }

  // MARK: Structure

  private static let deepest = 64

  /// Terms up to the closing parenthesis, or to the end at depth 0.
  private mutating func group(depth: Int) -> [LogQuery.Condition] {
    var conditions: [LogQuery.Condition] = []
    var pendingOr: Int?
    var isChain = false
    while true {
      skipSpace()
      guard index < text.count else { break }
      if text[index] == ")" {
        if depth > 0 { break }
        index += 1
        problem(index - 1, "Expected a '(' before this ')', but there is none.", "quotes around it, if it is text")
        continue
      }
      let start = index
      if let word = keyword() {
        if word == "OR" {
          if conditions.isEmpty || pendingOr != nil {
            problem(start, "Expected a term before OR, but there is none.")
          } else {
            pendingOr = start
          }
        }
        continue
      }
      guard let condition = term(depth: depth, inAlternatives: pendingOr != nil) else {
        // What is wrong with the term has been said.
        pendingOr = nil
        continue
      }
      if pendingOr != nil, let last = conditions.popLast() {
        // `a OR b OR c` is one list; a list in parentheses stays a member of its own.
        if isChain, case .any(let members) = last {
          conditions.append(.any(members + [condition]))
        } else {
          conditions.append(.any([last, condition]))
        }
        isChain = true
        pendingOr = nil
      } else {
        conditions.append(condition)
        isChain = false
      }
    }
    if let pendingOr { problem(pendingOr, "Expected a term after OR, but there is none.") }
    return conditions
  }

  /// Consumes `OR`, `||`, `AND`, `&&` standing alone.
  private mutating func keyword() -> String? {
    for (word, meaning) in [("OR", "OR"), ("||", "OR"), ("AND", "AND"), ("&&", "AND")] {
      let end = index + word.count
      guard end <= text.count, String(text[index..<end]) == word,
        end == text.count || text[end].isWhitespace || text[end] == "(" || text[end] == ")"
      else {
        continue
      }
      index = end
      return meaning
    }
    return nil
  }

  private mutating func term(depth: Int, inAlternatives: Bool) -> LogQuery.Condition? {
    let start = index
    var isNegated = false
    if text[index] == "-" || text[index] == "!" {
      isNegated = true
      index += 1
    } else if index + 4 <= text.count, String(text[index..<index + 3]) == "NOT", text[index + 3].isWhitespace {
      isNegated = true
      index += 4
      skipSpace()
    }
    guard index < text.count, !text[index].isWhitespace, text[index] != ")" else {
      problem(start, "Expected a term after '\(text[start])', but there is none.", "quotes around it, if it is text")
      return nil
    }
    let isOption = isNegated || inAlternatives || depth > 0
    guard let condition = primary(depth: depth, refusesOptions: isOption) else { return nil }
    return isNegated ? .not(condition) : condition
  }

  private mutating func primary(depth: Int, refusesOptions: Bool) -> LogQuery.Condition? {
    let start = index
    switch text[index] {
    case "(": return parentheses(depth: depth)
    case "\"":
      guard let quoted = quoted() else { return nil }
      guard !quoted.isEmpty else {
        problem(start, "Expected text between the quotes, but there is none.")
        return nil
      }
      return .text(quoted)
    case "/":
      if let pattern = regex() {
        guard !pattern.isEmpty else {
          problem(start, "Expected a regular expression between the slashes, but there is none.")
          return nil
        }
        return .regex(pattern)
      }
    default: break
    }
    return word(refusesOptions: refusesOptions)
  }

  private mutating func parentheses(depth: Int) -> LogQuery.Condition? {
    let start = index
    index += 1
    guard depth < Self.deepest else {
      problem(start, "Expected at most \(Self.deepest) parentheses within each other, but here are more.")
      index = text.count
      return nil
    }
    let before = problems.count
    let conditions = group(depth: depth + 1)
    if index < text.count {
      index += 1
    } else if problems.count == before {
      problem(start, "Expected a ')' for this '(', but the query ends without one.", String(text[start...]) + ")")
    }
    if conditions.isEmpty, problems.count == before { problem(start, "Expected a term in the parentheses, but there is none.") }
    guard let first = conditions.first else { return nil }
    // There is no "all of": it is the opposite of "any is not".
    return conditions.count == 1 ? first : .not(.any(conditions.map { .not($0) }))
  }

  // MARK: Tokens

  private mutating func skipSpace() {
    while index < text.count, text[index].isWhitespace { index += 1 }
  }

  private mutating func quoted() -> String? {
    let start = index
    var out = ""
    index += 1
    while index < text.count {
      if text[index] == "\"" {
        index += 1
        return out
      }
      if text[index] == "\\", index + 1 < text.count, text[index + 1] == "\"" || text[index + 1] == "\\" { index += 1 }
      out.append(text[index])
      index += 1
    }
    problem(start, "Expected a '\"' at the end of the text, but the query ends without one.", String(text[start...]) + "\"")
    return nil
  }

  /// A slash, a pattern, and a slash before a space, a parenthesis or the end; anything else, such as a path, is a word.
  private mutating func regex() -> String? {
    var out = ""
    var place = index + 1
    while place < text.count {
      if text[place] == "\\", place + 1 < text.count {
        if text[place + 1] != "/" { out.append("\\") }
        out.append(text[place + 1])
        place += 2
        continue
      }
      if text[place] == "/", place + 1 == text.count || text[place + 1].isWhitespace || text[place + 1] == ")" {
        index = place + 1
        return out
      }
      out.append(text[place])
      place += 1
    }
    return nil
  }

  private mutating func word(refusesOptions: Bool) -> LogQuery.Condition? {
    let start = index
    var colon: Int?
    while index < text.count, !text[index].isWhitespace, text[index] != ")" {
      if text[index] == ":", colon == nil, Self.isFieldName(text[start..<index]) {
        colon = index
        index += 1
        return field(String(text[start..<index - 1]), from: start, refusesOptions: refusesOptions)
      }
      if text[index] == "\"" { break }
      index += 1
    }
    let word = String(text[start..<index])
    if RequestID.isUUID(word) { return .requestID(word) }
    return .text(word)
  }

  private static func isFieldName(_ name: ArraySlice<Character>) -> Bool {
    guard let first = name.first, first.isASCII, first.isLetter || first == "@" || first == "_" else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-" || $0 == "@") }
  }

  private mutating func field(_ name: String, from start: Int, refusesOptions: Bool) -> LogQuery.Condition? {
    // An address such as http://api:8080/x is text.
    if index + 1 < text.count, text[index] == "/", text[index + 1] == "/" {
      while index < text.count, !text[index].isWhitespace, text[index] != ")" { index += 1 }
      return .text(String(text[start..<index]))
    }
    var comparison = LogQuery.Comparison.equal
    for sign in [">=", "<=", "!=", ">", "<", "="] where text[index...].starts(with: sign) {
      index += sign.count
      comparison = LogQuery.Comparison(rawValue: sign) ?? .equal
      break
    }
    var value = ""
    var isQuoted = false
    if index < text.count, text[index] == "\"" {
      guard let text = quoted() else { return nil }
      value = text
      isQuoted = true
    } else {
      let first = index
      while index < text.count, !text[index].isWhitespace, text[index] != ")" { index += 1 }
      value = String(text[first..<index])
    }
    guard !value.isEmpty || isQuoted else {
      let written = String(text[start..<index])
      problem(start, "Expected a value after '\(written)', but there is none.", "\"\(written)\" to search for the text")
      return nil
    }
    var test = QueryField(name: name, comparison: comparison, value: value)
    if test.isOption {
      if refusesOptions {
        problem(start, "Expected '\(name):' to stand alone, but it is within an alternative, a parenthesis or a negation.")
      } else if let wrong = options.take(test, column: start + 1, length: index - start, now: now) {
        problem(start, wrong.sentence, wrong.suggestion)
      }
      return nil
    }
    if let wrong = test.check() { problem(start, wrong.sentence, wrong.suggestion) }
    return test.condition
  }
}
