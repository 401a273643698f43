import Kubernetes
package import StrictYAML

/// What the user's configuration file says about the console: other keys, and which clusters are production.
package struct ConsoleConfiguration: Sendable {
  package private(set) var keys = KeyMap.standard
  /// How long records are kept, and in how many bytes; `nil` for what holds without the file.
  package private(set) var keepFor: Duration?
  package private(set) var keepAtMost: Int64?
  /// Names of clusters; a `*` at the end stands for any rest.
  private var production: [String] = []

  /// What holds without a file.
  package init() {}

  package static let schema = RecordSchema(
    "the configuration",
    [
      SchemaField("keys", .mapping(.text), "other keys for commands: a command's name and its keys, separated by blanks"),
      SchemaField("productionClusters", .list(.text), "clusters in which an action wants the object's name typed; prd-* is a pattern"),
      SchemaField("store", .record(store), "how much of the past is kept"),
    ])

  private static let store = RecordSchema(
    "the store",
    [
      SchemaField("keepFor", .duration, "how long a record is kept after it was stored, e.g. 14d"),
      SchemaField("keepAtMost", .text, "how large the store may become, e.g. 10Gi; the oldest records go first"),
    ])

  /// Strict, and with every finding at once.
  package static func parse(_ text: String, file: String) -> (configuration: ConsoleConfiguration?, diagnostics: [YAMLDiagnostic]) {
    // A file in which all is still commented out says nothing, which is no mistake.
    let isEmpty = text.split(whereSeparator: \.isNewline).allSatisfy { line in
      line.drop { $0 == " " || $0 == "\t" }.first.map { $0 == "#" } ?? true
    }
    if isEmpty { return (ConsoleConfiguration(), []) }
    let (root, syntax) = YAMLReader.read(text, file: file)
    guard let root else { return (nil, syntax.inFileOrder()) }
    var check = SchemaCheck(file: file)
    check.check(root, .record(schema), at: "")
    var configuration = ConsoleConfiguration()
    let fields = Fields(root)
    configuration.production = fields.texts("productionClusters")
    configuration.keepFor = fields.record("store")?.duration("keepFor")
    if let node = fields.record("store")?.node("keepAtMost"), let text = node.text {
      configuration.keepAtMost = Quantity(text)?.value.flatMap { $0 > 0 ? $0 : nil }
      if configuration.keepAtMost == nil {
        check.error(node, "store.keepAtMost: expected a size such as 500Mi or 10Gi, came \(node.described)")
      }
    }
    configuration.readKeys(fields.node("keys")?.entries ?? [], &check)
    for node in fields.node("productionClusters")?.elements ?? [] {
      if let name = node.text, name.dropLast().contains("*") {
        check.error(node, "productionClusters: expected a name, or the beginning of one and then '*', came \(node.described)")
      }
    }
    let diagnostics = (syntax + check.diagnostics).inFileOrder()
    return (diagnostics.hasErrors ? nil : configuration, diagnostics)
  }

  private mutating func readKeys(_ entries: [YAMLNode.Entry], _ check: inout SchemaCheck) {
    var remapped: [String: String] = [:]
    var nodes: [String: YAMLNode.Entry] = [:]
    for entry in entries {
      // What is no text was reported with the schema.
      guard let name = entry.key.text, let text = entry.value.text, !YAMLReader.isRenamed(name) else { continue }
      let shown = name.replacingControls()
      remapped[shown] = text.replacingControls()
      nodes[shown] = entry
    }
    switch KeyMap.make(remapped: remapped) {
    case .success(let map): keys = map
    case .failure(let error):
      for problem in error.problems {
        guard let entry = nodes[problem.command] else { continue }
        check.error(problem.isOfName ? entry.key : entry.value, problem.message, suggestion: problem.suggestion)
      }
    }
  }

  /// Whether actions in a cluster want the object's name typed.
  package func isProduction(_ cluster: String) -> Bool {
    production.contains { $0.last == "*" ? cluster.hasPrefix($0.dropLast()) : cluster == $0 }
  }
}
