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

/// The word of a list that is closest to what was written, when it is close.
func nearest(_ word: String, among words: [String]) -> String? {
  let written = Array(word.lowercased().utf8)
  var best: (word: String, distance: Int)?
  for candidate in words {
    let distance = editDistance(written, Array(candidate.lowercased().utf8))
    if distance <= Swift.max(1, candidate.utf8.count / 3), distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  return best?.word
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
private func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
  guard one.count <= 32, other.count <= 32 else { return Int.max }
  var before = [Int](repeating: 0, count: other.count + 1)
  var previous = Array(0...other.count)
  for (index, byte) in one.enumerated() {
    var row = [index + 1] + [Int](repeating: 0, count: other.count)
    for column in other.indices {
      row[column + 1] = Swift.min(previous[column + 1] + 1, row[column] + 1, previous[column] + (byte == other[column] ? 0 : 1))
      if index > 0, column > 0, byte == other[column - 1], one[index - 1] == other[column] {
        row[column + 1] = Swift.min(row[column + 1], before[column - 1] + 1)
      }
    }
    before = previous
    previous = row
  }
  return previous[other.count]
}
