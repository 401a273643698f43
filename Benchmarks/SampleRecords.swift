import JSONBytes
import LogStandard
import TestSupport
import TimeFormat

/// Log lines as the reference app writes them: requests with eight records in five services, many requests at the same time.
struct SampleRecords {
  struct Line {
    var request: Int
    var service: String
    var pod: String
    var bytes: [UInt8]
  }

  static let perRequest = 8
  /// Requests whose records lie between each other.
  private static let atOnce = 64
  private static let start = Timestamp(seconds: 1_516_629_600)  // 2018-01-22T14:00:00Z

  private struct Step {
    var service: String
    var message: String
    var category: String
    var level = "INFO"
  }

  private static let steps = [
    Step(service: "orders", message: "POST /orders received", category: "apiRequest"),
    Step(service: "catalog", message: "GET /items received", category: "apiRequest"),
    Step(service: "catalog", message: "GET /items responded 200 in 3 ms", category: "apiResponse"),
    Step(service: "orders", message: "Stored the order, its lines are priced", category: "general", level: "DEBUG"),
    Step(service: "billing", message: "POST /invoices received", category: "apiRequest"),
    Step(service: "billing", message: "POST /invoices responded 201 in 8 ms", category: "apiResponse"),
    Step(service: "orders", message: "POST /orders responded 201 in 41 ms", category: "apiResponse"),
    Step(service: "ledger", message: "Booked the entry of the order", category: "general"),
  ]

  /// The id of a request: a UUID that is the same in every run.
  static func id(_ request: Int) -> String {
    var generator = SeededGenerator(seed: UInt64(request))
    return RequestID.make(using: &generator)
  }

  /// Gives every line of so many requests, in the order in which they were written.
  static func each(requests: Int, _ body: (Line) throws -> Void) rethrows {
    var first = 0
    var written = 0
    while first < requests {
      let last = min(first + atOnce, requests)
      let ids = (first..<last).map(id)
      for step in steps {
        for request in first..<last {
          try body(line(step, request, ids[request - first], number: written))
          written += 1
        }
      }
      first = last
    }
  }

  private static func line(_ step: Step, _ request: Int, _ id: String, number: Int) -> Line {
    let pod = "\(step.service)-7f7b8c9d5-\(["4ftrr", "xdkt7", "5jv2d"][request % 3])"
    var json = JSONWriter(reserving: 640)
    json.object { json in
      json.member(LogField.timestamp, (start + .milliseconds(number / 8)).rfc3339(.milliseconds))
      json.member(LogField.level, step.level)
      json.member(LogField.message, step.message)
      json.member(LogField.requestID, id)
      json.member(LogField.serviceName, step.service)
      json.member(LogField.serviceVersion, "1")
      json.member(LogField.serviceInstance, pod)
      json.member(LogField.serviceType, "shop")
      json.member(LogField.location, "FRA")
      json.member(LogField.repositoryName, "periplus")
      json.member(LogField.threadID, "7f3a1c0" + String(request % 8))
      json.member(LogField.className, "Orders")
      json.member(LogField.methodName, "handle")
      json.member(LogField.category, step.category)
      json.member("customerId", 4700 + request % 97)
      json.member("orderId", request)
      if step.category == "apiResponse" {
        json.member(LogField.statusCode, 201)
        json.member(LogField.durationMicros, 1200 + request % 9001)
      }
    }
    return Line(request: request, service: step.service, pod: pod, bytes: json.bytes)
  }
}
