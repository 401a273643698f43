package import ClusterModel
import JSONBytes
import LogStandard

/// The two values of a field that changed, in words, masked and short enough to stand side by side.
package struct ChangedValues: Sendable, Hashable {
  package var old: String
  package var new: String

  /// - Parameter limit: how many characters each may take. What is longer loses its middle: both ends tell more than one.
  package init(_ difference: TemplateDifference, limit: Int) {
    let (one, other) = (difference.old?.masked, difference.new?.masked)
    if let before = one?.arrayValue, let after = other?.arrayValue, max(Self.text(one).count, Self.text(other).count) > limit {
      (old, new) = Self.lists(before.map { Self.text($0) }, after.map { Self.text($0) })
    } else {
      (old, new) = (Self.text(one), Self.text(other))
    }
    if difference.name == "image", Self.folder(old) == Self.folder(new) {
      (old, new) = (WorkloadView.shortImage(old), WorkloadView.shortImage(new))
      // `api:1.4.2 → 1.4.3`
      let repositories = (Self.repository(old), Self.repository(new))
      if let repository = repositories.0, repository == repositories.1 { new = String(new.dropFirst(repository.count + 1)) }
    }
    let (whole, wholeNew) = (old, new)
    (old, new) = (Self.middleCut(old, to: limit), Self.middleCut(new, to: limit))
    // What differs must be in sight: two digests differ everywhere, two scripts perhaps in their middle.
    if old == new, whole != wholeNew { (old, new) = Self.around(whole, wholeNew, limit: limit) }
  }

  /// Whether a field holds a secret by its name.
  package static func isSecret(_ difference: TemplateDifference) -> Bool { SecretMasker.isSecret(key: difference.name) }

  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text)?: text.isEmpty ? "\"\"" : text
    case .array(let elements)?: "[\(elements.map { text($0) }.joined(separator: ", "))]"
    case let value?: value.jsonString
    case nil: "–"
    }
  }

  /// The registry and path of an image.
  private static func folder(_ image: String) -> Substring? { image.lastIndex(of: "/").map { image[...$0] } }

  /// What stands before the tag or the digest of an image without its folder.
  private static func repository(_ image: String) -> Substring? { image.firstIndex { $0 == ":" || $0 == "@" }.map { image[..<$0] } }

  /// Only the elements between those that both lists begin and end with.
  private static func lists(_ old: [String], _ new: [String]) -> (String, String) {
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
    func shown(_ list: [String]) -> String {
      let parts = (start > 0 ? ["…"] : []) + list[start..<(list.count - end)] + (end > 0 ? ["…"] : [])
      return "[\(parts.joined(separator: ", "))]"
    }
    return (shown(old), shown(new))
  }

  /// `registry/team/ser…@sha256:9f41`.
  static func middleCut(_ text: String, to limit: Int) -> String {
    guard text.count > limit, limit > 2 else { return text }
    let head = limit / 2
    return text.prefix(head) + "…" + text.suffix(limit - head - 1)
  }

  /// A part of each from shortly before the first character that differs.
  private static func around(_ old: String, _ new: String, limit: Int) -> (String, String) {
    let same = zip(old, new).prefix { $0 == $1 }.count
    let start = max(0, same - limit / 3)
    func part(_ text: String) -> String {
      let rest = text.dropFirst(start)
      return (start > 0 ? "…" : "") + rest.prefix(limit - 2) + (rest.count > limit - 2 ? "…" : "")
    }
    return (part(old), part(new))
  }
}
