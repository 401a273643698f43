import ArgumentParser

/// Which other clusters are looked at, and where in them.
struct ContextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Also look at this context of KUBECONFIG; may be given more than once.", valueName: "context"),
    completion: Candidates.contexts)
  var context: [String] = []
  @Option(
    help: ArgumentHelp(
      "Of these contexts look at this namespace only; may be given more than once. Without it all, or the context's where you may see no more.",
      valueName: "namespace"))
  var namespace: [String] = []

  var contexts: Contexts { Contexts(context, namespaces: namespace) }
}

/// Contexts of KUBECONFIG.
struct Contexts: Sendable {
  /// Each once, in the order given: a context that is given twice is one cluster.
  let names: [String]
  /// The only ones to look at; empty for all.
  let namespaces: [String]

  init(_ names: [String] = [], namespaces: [String] = []) {
    self.names = Self.once(names)
    self.namespaces = Self.once(namespaces)
  }

  private static func once(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
