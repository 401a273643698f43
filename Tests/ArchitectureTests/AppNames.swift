import Foundation

/// The names of the reference app, which `ReferenceApp/app.yaml` alone may say: of the app, its namespace, its services, its requests and
/// its routes.
struct AppNames {
  private(set) var all: Set<String> = []

  static func current() throws -> AppNames {
    AppNames(try String(contentsOf: PackageManifest.root.appending(path: "ReferenceApp/app.yaml"), encoding: .utf8))
  }

  init(_ profile: String) {
    var section = ""
    for line in profile.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("#") {
      if let head = line.prefixMatch(of: #/(\w+):/#) { section = String(head.1) }
      switch section {
      case "name", "namespace": all.formUnion(Self.values(of: section, line))
      case "services", "requests":
        all.formUnion(Self.values(of: "name", line))
        for key in ["prefix", "path", "route"] { all.formUnion(Self.values(of: key, line).map(Self.route)) }
      default: break
      }
    }
  }

  private static func values(of key: String, _ line: Substring) -> [String] {
    line.matches(of: #/\b(\w+): *([^\s,}]+(?:\{\w+\})?)/#).filter { $0.1 == key }.map { String($0.2) }
  }

  /// A route without what differs from request to request: `/catalog/items/{id}` → `/catalog/items`.
  private static func route(_ path: String) -> String {
    var path = String(path.prefix { !"?${".contains($0) })
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

/// Where one of the app's names stands in a text.
struct AppNameSearch {
  let names: [String]
  /// Names that are English words too, and then pass as words of a sentence.
  let words: Set<String>

  init(_ names: AppNames, words: Set<String>) {
    // The longest first: `reference-app` before `reference`.
    self.names = names.all.sorted { ($1.count, $0) < ($0.count, $1) }
    self.words = words
  }

  /// The names in a text. A name is a whole word: neither letter, digit nor `_` stands beside it. One of ``words`` is found where it is
  /// written as a name: alone, in quotes or backticks, or joined to something by `/`, `-`, `:`, `=`, `{` or the like.
  func names(in text: String) -> [String] {
    names.filter { name in
      text.ranges(of: name).contains { range in
        let before = range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : nil
        let after = text[range.upperBound...].first
        guard !Self.isWordPart(before), !Self.isWordPart(after) else { return false }
        return !words.contains(name) || !isWord(before: before, after: after, text[range.upperBound...].dropFirst().first)
      }
    }
  }

  private static func isWordPart(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false }

  /// Whether what stands on both sides is what stands beside a word of a sentence.
  private func isWord(before: Character?, after: Character?, _ next: Character?) -> Bool {
    guard before != nil || after != nil, before.map({ " (".contains($0) }) ?? true else { return false }
    guard let after, after != " " else { return true }
    return ".,;:'’…)".contains(after) && (next ?? " ").isLetter == ("'’".contains(after))
  }
}
