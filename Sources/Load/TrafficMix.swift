import JSONBytes

/// One request of a client.
struct TrafficRequest: Sendable {
  var id: String
  var verb: String
  var url: String
  /// The verb and the route, for people.
  var what: String
  var idempotencyKey: String?
  var body: JSONValue?
}

/// What clients do, and how often: of ten requests four browse, three order, two look at accounts, one is about a report.
enum TrafficMix {
  /// - Parameters:
  ///   - number: of the request in this run, from 1; it decides the kind, so that every run has the same mix.
  ///   - reports: locations of reports that were asked for and not come back for.
  static func request(number: Int, id: String, _ services: [String: String], _ reports: inout [String]) -> TrafficRequest {
    let order: [String] = ["orders", "catalog", "billing", "orders", "catalog", "reports", "catalog", "orders", "billing", "catalog"]
    var service = order[(number - 1) % order.count]
    // A service that is not there leaves its share to one that is.
    if services[service] == nil { service = services.keys.sorted()[number % services.count] }
    let base = services[service].map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? ""
    let account = "acct-" + digits(Int.random(in: 1...200), 3)
    let item = "item-" + digits(Int.random(in: 1...20), 2)

    func get(_ path: String, _ what: String) -> TrafficRequest {
      TrafficRequest(id: id, verb: "GET", url: base + path, what: "GET " + what)
    }
    switch service {
    case "orders":
      return TrafficRequest(
        id: id, verb: "POST", url: base + "/orders", what: "POST /orders", idempotencyKey: "key-" + id,
        body: ["accountId": .string(account), "itemId": .string(item), "quantity": .int(Int64.random(in: 1...5))])
    case "catalog":
      return number % 3 == 0 ? get("/catalog/items?limit=10", "/catalog/items") : get("/catalog/items/" + item, "/catalog/items/{id}")
    case "reports":
      if number % 20 < 10, let location = reports.popLast(), location.hasPrefix("/") { return get(location, "/billing/reports/{id}") }
      return TrafficRequest(
        id: id, verb: "POST", url: base + "/billing/reports", what: "POST /billing/reports", body: ["accountId": .string(account)])
    default:
      return get("/billing/accounts/" + account, "/billing/accounts/{id}")
    }
  }

  private static func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
