import StrictYAML

/// Parameters that several checks take.
enum CheckFields {
  static let namespace = SchemaField("namespace", .text, "the application's namespace; default the app profile's")
  static let workloads = SchemaField("workloads", .list(.text), "only these workloads; default every workload of the namespace")
  static let within = SchemaField("within", .duration, "how long to wait for records to arrive; default 10s")
  static let requestID = SchemaField("requestId", .text, required: true, "the request's id")
  static let answer = SchemaField("answer", .text, required: true, "the trainee's answer, e.g. ${answer:service}")
}
