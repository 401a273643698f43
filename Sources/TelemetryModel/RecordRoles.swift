import LogStandard
import TimeFormat

/// What a record says of a request, whatever the profile of its line: our standard, ECS, OpenTelemetry, other JSON, logfmt or an access
/// log. Views and queries read these, never a profile's keys.
///
/// Computed from the raw line, in ``init(raw:)`` alone: the rows of the store have no place for them. A store that has one fills it at
/// ingest by the same function.
package struct RecordRoles: Sendable, Hashable {
  /// OpenTelemetry's span kinds.
  package enum SpanKind: String, Sendable, Hashable, CaseIterable { case server, client, producer, consumer, `internal` }
  /// Where in the handling of its request a record was written.
  package enum Phase: Sendable, Hashable {
    case started
    /// Its handler threw; the record of its response may follow.
    case failed
    case completed
  }

  /// The HTTP method, as written.
  package var method: String?
  /// The path of the URL, without its query.
  package var path: String?
  /// The HTTP status.
  package var status: Int?
  /// How long the request took.
  package var duration: Duration?
  package var spanKind: SpanKind?
  /// Who is at the other end: who called, in a server's record; who was called, in a client's.
  package var peer: String?
  package var phase: Phase?

  package init() {}

  package init(raw: [UInt8]) {
    self = raw.withUnsafeBufferPointer { bytes in
      var found = FoundRoles()
      RoleScan.scan(bytes, into: &found)
      return found.roles
    }
  }
}

extension LogRecord {
  /// What the record says of a request. Parsed at each call.
  package var roles: RecordRoles { RecordRoles(raw: raw) }
}

/// The key of a role, in whatever spelling: compared as ``KeyRole`` compares them. The lowest rank wins.
struct RoleKey: Sendable {
  enum Meaning: Int {
    case method, path, status, duration, spanKind, peer, category
    /// An object whose members are looked at under its name.
    case nested
    /// An object, or a list of key and value, whose members are looked at under their own names.
    case attributes
  }

  /// What a number without a unit counts.
  enum Unit: Int64 {
    case nanoseconds = 1
    case microseconds = 1000
    case milliseconds = 1_000_000
    case seconds = 1_000_000_000
    /// Nothing that is known: only a text with a unit is believed.
    case unknown = 0
  }

  var meaning: Meaning
  var rank: UInt8
  var unit: Unit = .unknown

  static let table = KeyTable(entries)

  private static let entries: [(key: String, role: RoleKey)] = {
    let keys: [(Meaning, Unit, [String])] = [
      // The standard's own, OpenTelemetry and ECS (now and before), ASP.NET, pino and Envoy, plain words.
      (.method, .unknown, ["reqverb", "httprequestmethod", "httpmethod", "requestmethod", "reqmethod", "method", "verb"]),
      (
        .path, .unknown,
        ["reqpath", "urlpath", "httptarget", "urloriginal", "requestpath", "requesturi", "requrl", "httproute", "path", "uri", "url"]
      ),
      (
        .status, .unknown,
        [
          "reqstatuscode", "httpresponsestatuscode", "httpstatuscode", "responsestatuscode", "resstatuscode", "statuscode", "responsecode",
          "httpstatus", "status",
        ]
      ),
      (.duration, .microseconds, ["reqdurationmicros", "durationmicros", "durationus"]),
      (.duration, .nanoseconds, ["eventduration", "durationns", "durationnanos"]),
      // `duration` without a unit: Envoy's access log and lograge count milliseconds.
      (.duration, .milliseconds, ["durationms", "durationmillis", "responsetime", "responsetimems", "elapsedms", "latencyms", "duration"]),
      // nginx's `$request_time`.
      (.duration, .seconds, ["durationseconds", "requesttime"]),
      (.duration, .unknown, ["latency", "elapsed", "took"]),
      (.spanKind, .unknown, ["spankind", "kind"]),
      (
        .peer, .unknown,
        [
          "reqorigin", "peerservice", "serveraddress", "clientaddress", "netpeername", "destinationaddress", "upstreamcluster", "sourceip",
          "clientip", "remoteaddr", "remoteip", "peer",
        ]
      ),
      (.category, .unknown, ["logcategory"]),
      (
        .nested, .unknown,
        [
          "http", "httprequest", "httpresponse", "req", "res", "request", "response", "event", "span", "server", "client", "destination",
          "source", "net", "netpeer",
        ]
      ),
      (.attributes, .unknown, ["attributes", "resource", "fields", "context", "ctx", "data", "labels"]),
    ]
    var ranks: [Meaning: UInt8] = [:]
    return keys.flatMap { meaning, unit, names in
      names.map { name in
        defer { ranks[meaning, default: 0] += 1 }
        return (name, RoleKey(meaning: meaning, rank: ranks[meaning, default: 0], unit: unit))
      }
    }
  }()
}

/// The roles found so far, with the rank of the key that gave each.
struct FoundRoles {
  private(set) var roles = RecordRoles()
  private var ranks = SIMD8<UInt8>(repeating: .max)

  func wants(_ key: RoleKey) -> Bool { key.meaning.rawValue < 8 && key.meaning != .nested && key.rank < ranks[key.meaning.rawValue] }

  mutating func set(_ key: RoleKey, _ text: String) {
    guard wants(key), !text.isEmpty, take(key, text) else { return }
    ranks[key.meaning.rawValue] = key.rank
  }

  /// `false` when the text is no value of this role.
  private mutating func take(_ key: RoleKey, _ text: String) -> Bool {
    switch key.meaning {
    case .method:
      guard text.utf8.count <= 16, text.utf8.allSatisfy({ ($0 | 0x20) &- UInt8(ascii: "a") < 26 }) else { return false }
      roles.method = text
    case .path:
      guard let path = Self.path(text) else { return false }
      roles.path = path
    case .status:
      guard let status = Int(text), (100...599).contains(status) else { return false }
      roles.status = status
    case .duration:
      guard let duration = Self.duration(text, key.unit) else { return false }
      roles.duration = duration
    case .spanKind:
      let word = text.lowercased()
      // OTLP's JSON has `SPAN_KIND_SERVER`.
      guard let kind = RecordRoles.SpanKind(rawValue: word.hasPrefix("span_kind_") ? String(word.dropFirst(10)) : word) else {
        return false
      }
      roles.spanKind = kind
    case .peer: roles.peer = text
    case .category:
      switch text {
      case LogCategory.request: roles.phase = .started
      case LogCategory.exception: roles.phase = .failed
      case LogCategory.response: roles.phase = .completed
      default: return false
      }
      if ranks[RoleKey.Meaning.spanKind.rawValue] == .max { roles.spanKind = .server }
    case .nested, .attributes: return false
    }
    return true
  }

  /// The path of a path, or of a whole URL.
  private static func path(_ text: String) -> String? {
    var rest = Substring(text)
    if let scheme = rest.firstRange(of: "://") {
      rest = rest[scheme.upperBound...]
      rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
    }
    guard rest.hasPrefix("/") else { return nil }
    return String(rest.prefix { $0 != "?" && $0 != "#" })
  }

  /// A number of the unit, or a text with its own: `12ms`, `310µs`, `1m2s`.
  private static func duration(_ text: String, _ unit: RoleKey.Unit) -> Duration? {
    if let number = Double(text) {
      let nanoseconds = number * Double(unit.rawValue)
      return unit != .unknown && number >= 0 && nanoseconds < 9e18 ? .nanoseconds(Int64(nanoseconds)) : nil
    }
    for (suffix, scale) in [("µs", 1e3), ("us", 1e3), ("ns", 1.0)] where text.hasSuffix(suffix) {
      guard let number = Double(text.dropLast(suffix.count)), number >= 0, number * scale < 9e18 else { return nil }
      return .nanoseconds(Int64(number * scale))
    }
    return Duration(option: text)
  }
}
