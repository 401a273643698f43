/// Everything that is wrong with the text of a query, at once.
package struct LogQueryError: Error, Sendable, Hashable, CustomStringConvertible {
  package struct Problem: Sendable, Hashable {
    /// The column where it is, from 1, and how many characters it takes.
    package var column: Int
    package var length: Int
    /// What was expected and what came, in one sentence.
    package var sentence: String
    /// What to write instead; `nil` when there is no guess.
    package var suggestion: String?

    package init(column: Int, length: Int, sentence: String, suggestion: String? = nil) {
      self.column = column
      self.length = length
      self.sentence = sentence
      self.suggestion = suggestion
    }
  }

  /// In the order of their columns.
  package var problems: [Problem]

  package var description: String {
    problems.map { problem in
      "Column \(problem.column): \(problem.sentence)\(problem.suggestion.map { " Try \($0)" } ?? "")"
    }.joined(separator: "\n")
  }
}
