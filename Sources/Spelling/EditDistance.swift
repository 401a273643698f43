/// How far two words are apart: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
package enum EditDistance {
  package static func between(_ one: String, _ other: String) -> Int {
    let a = Array(one.unicodeScalars)
    let b = Array(other.unicodeScalars)
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        row[j] = min(previous[j] + 1, row[j - 1] + 1, substitution)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], before[j - 2] + 1) }
      }
      before = previous
      previous = row
    }
    return previous[b.count]
  }

  /// The candidate that was probably meant: at most a third of the word away, case ignored; `nil` when none is that near.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let lower = word.lowercased()
    // Longer words than any name here cannot be near one, and the table costs the product of the lengths.
    guard lower.unicodeScalars.count <= 80 else { return nil }
    // Of two letters, one wrong is another word.
    let limit = lower.unicodeScalars.count < 3 ? 0 : max(1, lower.unicodeScalars.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates.sorted() {
      let distance = between(lower, candidate.lowercased())
      if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }
}
