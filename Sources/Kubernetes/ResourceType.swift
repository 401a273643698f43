/// A type of object of the API: its group, version and kind, and its names in paths and on command lines.
///
/// A value is one pointer wide, so that identities of many objects stay small. Two are equal when group and kind are: a type that is
/// served in several versions is one type.
package struct ResourceType: Sendable {
  private final class Names: Sendable {
    let group: String
    let version: String
    let kind: String
    let plural: String
    let singular: String
    let shortNames: [String]
    let isNamespaced: Bool

    init(_ group: String, _ version: String, _ kind: String, _ plural: String, _ singular: String, _ short: [String], _ namespaced: Bool) {
      self.group = group
      self.version = version
      self.kind = kind
      self.plural = plural
      self.singular = singular
      shortNames = short
      isNamespaced = namespaced
    }
  }

  private let names: Names

  /// - Parameters:
  ///   - group: `""` for the core group.
  ///   - singular: the kind in lower case unless given.
  package init(
    group: String, version: String, kind: String, plural: String, singular: String? = nil, shortNames: [String] = [],
    isNamespaced: Bool = true
  ) {
    names = Names(group, version, kind, plural, singular ?? kind.lowercased(), shortNames, isNamespaced)
  }

  /// `apps`; `""` for the core group.
  package var group: String { names.group }
  /// `v1`.
  package var version: String { names.version }
  /// `Deployment`.
  package var kind: String { names.kind }
  /// `deployments`.
  package var plural: String { names.plural }
  /// `deployment`.
  package var singular: String { names.singular }
  /// `deploy`.
  package var shortNames: [String] { names.shortNames }
  package var isNamespaced: Bool { names.isNamespaced }

  /// `pods`, `deployments.apps`: as kubectl names a resource.
  package var id: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// `v1`, `apps/v1`: as manifests name group and version.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// Where the objects of all namespaces are listed, e.g. `/apis/apps/v1/deployments`.
  package var path: String { "\(root)/\(plural)" }

  /// The path that all of group and version share, e.g. `/api/v1`.
  package var root: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }

  /// The word under which a user sees the type: the first short name, else the singular.
  package var shortName: String { shortNames.first ?? singular }

  /// Whether a word of a command line names it: plural, singular, short name, kind, or `plural.group`, in any case.
  package func isNamed(_ word: String) -> Bool {
    let word = word.lowercased()
    return word == plural || word == singular || word == id || word == kind.lowercased() || shortNames.contains(word)
  }
}

extension ResourceType: Hashable {
  package static func == (one: ResourceType, other: ResourceType) -> Bool {
    one.names === other.names || (one.kind == other.kind && one.group == other.group)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(group)
  }
}

extension ResourceType: CustomStringConvertible {
  package var description: String { id }
}
