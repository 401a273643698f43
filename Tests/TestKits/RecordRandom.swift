package import TelemetryModel
package import TestSupport
import TimeFormat

/// Random records and queries over few values, so that queries find something.
package struct RecordRandom {
  /// In milliseconds since 1970: records are of the 400 ms from here on.
  package static let start: Int64 = 1_516_629_000_000

  package var generator: SeededGenerator
  package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  package mutating func pick<Element>(_ list: [Element]) -> Element { list[Int.random(in: 0..<list.count, using: &generator)] }

  private let services = ["orders", "billing", "catalog"]
  private let ids = ["r-1", "r-2", "r-3", "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f", "é"]
  private let words = ["declined", "Paid", "timeout", "a\"b", "ünï", "50%", "under_score"]

  package mutating func record() -> LogRecord {
    let service = pick(services)
    let message = "\(pick(words)) \(pick(words))"
    let id: String? = Int.random(in: 0..<4, using: &generator) == 0 ? nil : pick(ids)
    let level = pick(LogLevel.allCases.map { Optional($0) } + [nil])
    let status = pick([200, 404, 503])
    var raw = Array(
      #"{"logMessage":"\#(message.replacing("\"", with: "\\\""))","reqStatusCode":\#(status),"logRequestId":"\#(id ?? "")"}"#.utf8)
    if Int.random(in: 0..<8, using: &generator) == 0 { raw = [0xFF, 0x00] + raw }
    if Int.random(in: 0..<40, using: &generator) == 0 { raw = [] }
    return LogRecord(
      at: Timestamp(milliseconds: Self.start + Int64.random(in: 0..<400, using: &generator)), level: level, service: service,
      message: message,
      requestID: id, traceID: pick([nil, "4bf92f3577b34da6a3ce929d0e0e4736"]),
      origin: LogOrigin(
        cluster: pick(["ground", "kind"]), namespace: "shop", pod: "\(service)-\(pick([1, 2]))", podUID: pick(["u1", "u2"]),
        container: service,
        restart: pick([0, 1]), stream: pick(["stdout", "stderr"])), flags: pick([[], .notJSON, [.masked, .cut]]), raw: raw)
  }

  package mutating func condition(depth: Int = 2) -> LogQuery.Condition {
    switch Int.random(in: 0..<(depth > 0 ? 12 : 9), using: &generator) {
    case 0: return .requestID(pick(ids + ["none"]))
    case 1: return .text(pick(["PAID", "declin", "nothing", "ünï", "_", "%", "\"reqStatusCode\":404", "a\\\"b"]))
    case 2: return .regex(pick(["dec.*ed", "[Pp]aid", "^\\{", "\\d{3}"]))
    case 3: return .field("service", pick([.equal, .notEqual]), pick(["orders", "ord*", "*", "none"]))
    case 4:
      return .field("level", pick([.equal, .notEqual, .atLeast, .atMost, .above, .below]), pick(["DEBUG", "INFO", "WARN", "FATAL", "*"]))
    case 5: return .field("status", pick([.equal, .notEqual, .atLeast, .below]), pick(["503", "5xx", "404", "*"]))
    case 6: return .field(pick(["pod", "container"]), pick([.equal, .notEqual]), pick(["orders-1", "orders*", "none"]))
    case 7: return .field("cluster", .equal, pick(["ground", "kind", "none"]))
    case 8:
      return .field(
        pick(["stream", "restart", "trace", "missing"]), pick([.equal, .notEqual]),
        pick(["stdout", "1", "4bf92f3577b34da6a3ce929d0e0e4736"]))
    case 9, 10: return .not(condition(depth: depth - 1))
    default: return .any((0..<Int.random(in: 0...3, using: &generator)).map { _ in condition(depth: depth - 1) })
    }
  }

  package mutating func query() -> LogQuery {
    var query = LogQuery((0..<Int.random(in: 0...2, using: &generator)).map { _ in condition() })
    query.order = pick([.oldestFirst, .newestFirst])
    query.limit = pick([1, 3, 10, 1000])
    if Bool.random(using: &generator) {
      let from = Int64.random(in: -10..<410, using: &generator)
      query.range =
        Timestamp(
          milliseconds: Self.start + from)..<Timestamp(
          milliseconds: Self.start + from + Int64.random(in: 0...200, using: &generator))
    }
    return query
  }

  /// The patterns of the random queries, without any engine of regular expressions.
  package static func regex(_ pattern: String) -> LogMatcher.BytesTest {
    switch pattern {
    case "dec.*ed": return { contains($0, "declined") }
    case "[Pp]aid": return { contains($0, "Paid") }
    case "^\\{": return { $0.first == UInt8(ascii: "{") }
    default: return { bytes in !bytes.isEmpty }
    }
  }

  private static func contains(_ bytes: UnsafeBufferPointer<UInt8>, _ word: String) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count >= word.count else { return false }
    return (0...bytes.count - word.count).contains { bytes[$0..<$0 + word.count].elementsEqual(word) }
  }
}
