package import StrictYAML

extension AppProfile {
  /// What `app.yaml` may say.
  package static let schema = RecordSchema(
    "an app profile",
    [
      SchemaField("name", .text, required: true, "the application's name"),
      SchemaField("namespace", .text, required: true, "the namespace it runs in"),
      SchemaField("images", .mapping(.text), "image names, and the program beside periplus that the ground runs in the place of each"),
      SchemaField("operators", .record(operators), "where each pod answers its operators"),
      SchemaField("services", .list(.record(service)), required: true, "its services"),
      SchemaField("values", .list(.record(value)), "what ${name} in a request stands for"),
      SchemaField("requests", .list(.record(request)), required: true, "what clients send, each under a name"),
      SchemaField("traffic", .list(.record(share)), "which requests clients send, and how often"),
    ])

  static let operators = RecordSchema(
    "the operators' port",
    [
      SchemaField("port", .integer(1...65_535), required: true, "the port of each pod"),
      SchemaField("faults", .text, "the path at which faults are switched; default /debug/faults"),
    ])

  static let service = RecordSchema(
    "a service",
    [
      SchemaField("name", .identifier("service"), required: true, "its name, in the cluster and in its records"),
      SchemaField("port", .integer(1...65_535), "where clients reach it; none for one that only reads messages"),
      SchemaField("prefix", .text, "how the paths begin that it answers"),
    ])

  static let value = RecordSchema(
    "a value",
    [
      SchemaField("name", .identifier("value"), required: true, "its name in ${name}"),
      SchemaField("from", .integer(0...1_000_000_000), required: true, "the lowest number; what checks send"),
      SchemaField("to", .integer(0...1_000_000_000), required: true, "the highest number"),
      SchemaField("prefix", .text, "text before the number"),
      SchemaField("digits", .integer(1...10), "fills the number with zeros"),
    ])

  static let request = RecordSchema(
    "a request",
    [
      SchemaField("name", .identifier("request"), required: true, "its name in plans, lessons and demos"),
      SchemaField("service", .reference("service"), required: true, "the service to which it is sent"),
      SchemaField("method", .choice(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]), "default GET"),
      SchemaField("path", .text, "with a leading slash; needed unless it follows another request"),
      SchemaField("route", .text, "the path as people group it, e.g. /items/{id}; default the path"),
      SchemaField("headers", .mapping(.scalar), "besides x-request-id, which every request carries"),
      SchemaField("body", .any, "a mapping or list is sent as JSON, a text as it is"),
      SchemaField("status", .integer(100...599), "the status of a success; default any of 2xx"),
      SchemaField("hops", .list(.reference("service")), "the services that write records with its id, in order"),
      SchemaField("follows", .reference("request"), "goes to the Location of an answer to this request"),
    ])

  static let share = RecordSchema(
    "a share of the traffic",
    [
      SchemaField("request", .reference("request"), required: true, "which request"),
      SchemaField("share", .integer(1...1000), "how often, among the sum of all shares; default 1"),
    ])
}
