import Foundation

/// A Swift file of the repository.
struct SourceFile {
  let url: URL

  var name: String { url.lastPathComponent }

  static func all(below folder: String) -> [SourceFile] {
    let walker = FileManager.default.enumerator(at: PackageManifest.root.appending(path: folder), includingPropertiesForKeys: nil)
    return (walker?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.map(SourceFile.init)
  }

  func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

  /// The modules it imports: `import A`, `@testable import A`, `package import struct A.B`.
  func imports() throws -> Set<String> {
    let modifiers: Set<Substring> = ["package", "public", "internal", "private", "fileprivate"]
    let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "let", "var"]
    var modules: Set<String> = []
    for line in try text().split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
        words[..<keyword].allSatisfy({ modifiers.contains($0) || $0.hasPrefix("@") })
      else { continue }
      let name = kinds.contains(words[keyword + 1]) && keyword + 2 < words.count ? words[keyword + 2] : words[keyword + 1]
      modules.insert(String(name.prefix { $0 != "." }))
    }
    return modules
  }
}
