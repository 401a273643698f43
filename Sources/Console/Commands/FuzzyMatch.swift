/// Fuzzy matching as the palette does it: the letters in order, gaps cost, starts of words count more.
package enum FuzzyMatch {
  /// Higher is better; `nil` when the letters are not there in this order.
  package static func score(_ needle: String, in text: String) -> Int? {
    let wanted = Array(needle.lowercased())
    if wanted.isEmpty { return 0 }
    let letters = Array(text.lowercased())
    var score = 0
    var place = 0
    var last = -1
    for letter in wanted {
      guard place <= letters.count, let found = letters[place...].firstIndex(of: letter) else { return nil }
      if found == last + 1 { score += 8 } else { score -= min(6, found - place) }
      if found == 0 || !letters[found - 1].isLetter && !letters[found - 1].isNumber { score += 10 }
      last = found
      place = found + 1
    }
    return score - letters.count / 8
  }
}
