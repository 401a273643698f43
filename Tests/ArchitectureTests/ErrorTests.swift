import Testing

/// Errors that never reach a person, and why.
private let unseen: [String: String] = [
  "Off": "caught by the recorder's part that threw it", "Surprise": "caught by the follower that threw it",
]

@Suite("Errors")
struct ErrorTests {
  @Test("every error says itself in words: what a person reads is a sentence, never a Swift type's name")
  func descriptions() throws {
    var found: Set<String> = []
    for file in SourceFile.all(below: "Sources") {
      let text = try file.text()
      guard text.contains("Error") else { continue }
      for line in text.split(separator: "\n") {
        guard let match = line.firstMatch(of: #/(?:struct|enum|class) (\w+)[^{]*: (?:[^{]*[, ])?Error\b[^{]*/#) else { continue }
        let name = String(match.1)
        if unseen[name] != nil {
          found.insert(name)
          continue
        }
        #expect(match.0.contains("CustomStringConvertible"), "\(file.name): \(name) has no description")
      }
    }
    #expect(found == Set(unseen.keys), "they are errors no more: remove them from the test")
  }
}
