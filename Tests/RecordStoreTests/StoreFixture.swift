import Glibc
import RecordStore
import TelemetryModel
import TestSupport
import TimeFormat

/// A store in a folder of its own, which goes with it.
final class StoreFixture: Sendable {
  let directory: String
  let now = Timestamp(milliseconds: 1_516_629_900_000)

  init() {
    var template = Array("/tmp/periplus-store-XXXXXX".utf8CString)
    mkdtemp(&template)
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { removeTree(directory) }

  func writer(maximumPages: Int? = nil) throws -> StoreWriter {
    try StoreWriter(directory: directory, now: now, maximumPages: maximumPages)
  }
  var reader: StoreReader { StoreReader(directory: directory) }

  func write(_ bytes: [UInt8], _ name: String) {
    makeFolders(upTo: "\(directory)/\(name)")
    let file = open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
  }

  func append(_ text: String, _ name: String) {
    makeFolders(upTo: "\(directory)/\(name)")
    let file = open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    _ = Array(text.utf8).withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
  }

  func remove(_ name: String) { removeTree("\(directory)/\(name)") }
  func move(_ name: String, _ other: String) { rename("\(directory)/\(name)", "\(directory)/\(other)") }

  func names(_ folder: String = "") -> [String] { entries("\(directory)/\(folder)") }

  private func makeFolders(upTo path: String) {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o700)
    }
  }
}

private func entries(_ folder: String) -> [String] {
  guard let handle = opendir(folder) else { return [] }
  defer { closedir(handle) }
  var names: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

private func removeTree(_ path: String) {
  for name in entries(path) { removeTree("\(path)/\(name)") }
  remove(path)
}

/// Random records and queries over few values, so that queries find something.
struct RecordRandom {
  var generator: SeededGenerator
  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func pick<Element>(_ list: [Element]) -> Element { list[Int.random(in: 0..<list.count, using: &generator)] }

  let services = ["orders", "billing", "catalog"]
  let ids = ["r-1", "r-2", "r-3", "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f", "é"]
  let words = ["declined", "Paid", "timeout", "a\"b", "ünï", "50%", "under_score"]

  mutating func record() -> LogRecord {
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
      at: Timestamp(milliseconds: 1_516_629_000_000 + Int64.random(in: 0..<400, using: &generator)), level: level, service: service,
      message: message,
      requestID: id, traceID: pick([nil, "4bf92f3577b34da6a3ce929d0e0e4736"]),
      origin: LogOrigin(
        cluster: pick(["ground", "kind"]), namespace: "shop", pod: "\(service)-\(pick([1, 2]))", podUID: pick(["u1", "u2"]),
        container: service,
        restart: pick([0, 1]), stream: pick(["stdout", "stderr"])), flags: pick([[], .notJSON, [.masked, .cut]]), raw: raw)
  }

  mutating func condition(depth: Int = 2) -> LogQuery.Condition {
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

  mutating func query() -> LogQuery {
    var query = LogQuery((0..<Int.random(in: 0...2, using: &generator)).map { _ in condition() })
    query.order = pick([.oldestFirst, .newestFirst])
    query.limit = pick([1, 3, 10, 1000])
    if Bool.random(using: &generator) {
      let from = Int64.random(in: -10..<410, using: &generator)
      query.range =
        Timestamp(
          milliseconds: 1_516_629_000_000 + from)..<Timestamp(
          milliseconds: 1_516_629_000_000 + from + Int64.random(in: 0...200, using: &generator))
    }
    return query
  }
}
