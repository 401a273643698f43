import StrictYAML

/// Parameters that several actions take.
enum ActionFields {
  static let requestID = SchemaField("requestId", .text, required: true, "the request's id")
  static let workload = SchemaField("workload", .text, required: true, "the Deployment")
  static let service = SchemaField("service", .text, required: true, "the service")
}
