/// What of a cluster its API server does not show to this user. Names are those that `kubectl --resource` takes: `nodes`, `deployments.apps`.
package struct Visibility: Sendable, Hashable {
  /// Kinds that are not shown at all: the server forbids to list or watch them.
  package var hidden: [String] = []
  /// Kinds that are shown in ``namespaces`` alone, because the server forbids to list them everywhere.
  package var limited: [String] = []
  /// The namespaces that are seen; empty for all.
  package var namespaces: [String] = []
  /// The namespaces that were asked for; empty for all.
  package var chosen: [String] = []

  package init() {}

  package var isWhole: Bool { hidden.isEmpty && namespaces.isEmpty }

  /// What is not shown, for a line of a page; `nil` when everything is.
  package var note: String? {
    let only = namespaces.isEmpty ? nil : "namespace\(namespaces.count == 1 ? "" : "s") \(namespaces.joined(separator: ", ")) only"
    let missing = hidden.isEmpty ? nil : "forbidden: \(hidden.joined(separator: ", "))"
    return [only, missing].compactMap { $0 }.joined(separator: "; ").nonEmptyNote
  }

  /// The command that would give this user what is forbidden, to be run by somebody who may; `nil` when nothing is.
  package var remedy: String? {
    let kinds = (hidden + limited).sorted()
    guard !kinds.isEmpty else { return nil }
    return "kubectl create clusterrole periplus-viewer --verb=list,watch --resource=\(kinds.joined(separator: ",")), and bind it with "
      + "kubectl create clusterrolebinding periplus-viewer --clusterrole=periplus-viewer --user=USER"
  }
}

extension String {
  fileprivate var nonEmptyNote: String? { isEmpty ? nil : self }
}
