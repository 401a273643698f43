package import StrictYAML

/// Reads `app.yaml`: strict, and with every finding at once.
package enum AppProfileParser {
  package static func parse(_ text: String, file: String) -> (profile: AppProfile?, diagnostics: [YAMLDiagnostic]) {
    let (root, syntax) = YAMLReader.read(text, file: file)
    guard let root else { return (nil, syntax.inFileOrder()) }
    var check = SchemaCheck(file: file, allowsVariables: true)
    check.check(root, .record(AppProfile.schema), at: "")
    check.resolveReferences()
    examine(Fields(root), &check)
    let diagnostics = (syntax + check.diagnostics).inFileOrder()
    return (diagnostics.hasErrors ? nil : profile(Fields(root)), diagnostics)
  }

  /// What a schema cannot say.
  private static func examine(_ root: Fields, _ check: inout SchemaCheck) {
    var known: Set<String> = ["id"]
    for value in root.records("values") {
      if let name = value.text("name") { known.insert(name) }
      if let from = value.integer("from"), let to = value.integer("to"), from > to, let node = value.node("to") {
        check.error(node, "to: expected \(from) or more, came \(node.described)")
      }
    }
    if let requests = root.node("requests") { check.variables(requests, known: known) }
    let ported = Set(root.records("services").filter { $0.has("port") }.compactMap { $0.text("name") })
    for request in root.records("requests") {
      if let service = request.node("service"), let name = service.text, !ported.contains(name),
        root.records("services").contains(where: { $0.text("name") == name })
      {
        check.error(service, "service '\(name)' has no port, so nothing can be sent to it")
      }
      if let path = request.node("path"), let text = path.text, !text.hasPrefix("/") {
        check.error(path, "path: expected a leading slash, came \(path.described)")
      }
      if !request.has("path"), !request.has("follows") {
        check.error(request.node, "a request needs 'path', or 'follows' with the request whose Location it goes to")
      }
    }
  }

  private static func profile(_ root: Fields) -> AppProfile {
    let services = root.records("services").map {
      AppService(name: $0.text("name", or: ""), port: $0.integer("port"), prefix: $0.text("prefix"))
    }
    let ports = Dictionary(services.map { ($0.name, $0.port) }, uniquingKeysWith: { first, _ in first })
    return AppProfile(
      name: root.text("name", or: ""), namespace: root.text("namespace", or: ""), services: services,
      operators: root.record("operators").map {
        AppProfile.OperatorPort(port: $0.integer("port") ?? 0, faults: $0.text("faults", or: "/debug/faults"))
      }, images: root.pairs("images").map { (image: $0.name, program: $0.text) },
      values: root.records("values").map {
        ValueRange(
          name: $0.text("name", or: ""), range: ($0.integer("from") ?? 0)...($0.integer("to") ?? 0), prefix: $0.text("prefix", or: ""),
          digits: $0.integer("digits") ?? 1)
      },
      requests: root.records("requests").map { fields in
        let path = fields.text("path", or: "/")
        return NamedRequest(
          name: fields.text("name", or: ""), service: fields.text("service", or: ""),
          port: (ports[fields.text("service", or: "")] ?? nil) ?? 0, method: fields.text("method", or: "GET"), path: path,
          headers: fields.pairs("headers").map { NamedRequest.Header($0.name, $0.text) }, body: fields.node("body"),
          status: fields.integer("status"), hops: fields.texts("hops"), route: fields.text("route", or: path),
          follows: fields.text("follows"))
      },
      traffic: root.records("traffic").map {
        AppProfile.TrafficShare(request: $0.text("request", or: ""), share: $0.integer("share") ?? 1)
      })
  }
}
