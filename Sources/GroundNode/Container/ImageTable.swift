import JSONBytes
import StateDirectory
import Synchronization

/// Which local program stands for an image: `images.json`, read again whenever it was asked for and has changed.
///
///     {"registry.local/api:1": {"executable": "/opt/periplus/api", "digest": "sha256:…"}}
package final class ImageTable: Sendable {
  package struct Image: Sendable, Hashable {
    package var executable: String
    package var digest: String
  }

  private let path: String
  private let cache = Mutex<(text: String, images: [String: Image])>(("", [:]))

  package init(path: String) { self.path = path }

  /// `nil` for an image that nobody knows.
  package func image(_ name: String) -> Image? { images[name] }

  package var images: [String: Image] {
    let text = Files.text(path) ?? "{}"
    return cache.withLock { cache in
      if cache.text == text { return cache.images }
      var images: [String: Image] = [:]
      // A table that is half written or broken leaves the last good one standing.
      guard let tree = try? JSONValue(parsing: text) else { return cache.images }
      for member in tree.objectValue ?? [:] {
        guard let executable = member.value["executable"]?.stringValue else { continue }
        images[member.key] = Image(executable: executable, digest: member.value["digest"]?.stringValue ?? "")
      }
      cache = (text, images)
      return images
    }
  }
}
