/// What a key of a log record stands for, in whatever spelling a profile uses for it.
///
/// Keys are compared without case, `@`, `-`, `_` and `.`; a nested object's keys are joined to its own. So `http.request.id`,
/// `{"http":{"request":{"id":…}}}` and `httpRequestId` are one key. Where several stand in one record, the lowest rank wins.
struct KeyRole: Sendable {
  enum Meaning: UInt8 {
    case time, level, severityNumber, message, service, requestID, traceID
    /// An object whose members are looked at under its name.
    case nested
    /// An object, or a list of key and value, whose members are looked at under their own names.
    case attributes
  }

  var meaning: Meaning
  var rank: UInt8

  static let seed: UInt64 = 0xcbf2_9ce4_8422_2325

  /// FNV-1a over the key's significant bytes; `seed` is the hash of what the key is nested in.
  @inline(__always)
  static func hash(_ key: UnsafeBufferPointer<UInt8>, seed: UInt64 = KeyRole.seed) -> UInt64 {
    var hash = seed
    for byte in key {
      var letter = byte
      if letter &- UInt8(ascii: "A") < 26 { letter |= 0x20 }
      guard letter &- UInt8(ascii: "a") < 26 || letter &- UInt8(ascii: "0") < 10 else { continue }
      hash = (hash ^ UInt64(letter)) &* 0x100_0000_01b3
    }
    return hash
  }

  @inline(__always)
  static func of(_ hash: UInt64) -> KeyRole? { table.find(hash) }

  private static let table = KeyTable(
    keys.flatMap { meaning, names in
      names.enumerated().map { (key: $0.element, role: KeyRole(meaning: meaning, rank: UInt8($0.offset))) }
    })

  private static let keys: [(Meaning, [String])] = [
    (.time, ["timestamp", "time", "ts", "timeunixnano", "observedtimeunixnano", "datetime", "date", "asctime", "eventtime", "t"]),
    (.level, ["loglevel", "severitytext", "level", "severity", "lvl", "levelname"]),
    (.severityNumber, ["severitynumber"]),
    (.message, ["logmessage", "message", "msg", "body", "shortmessage", "event", "log"]),
    (.service, ["logservicename", "servicename", "service", "app", "application", "appname"]),
    (
      .requestID,
      [
        "logrequestid", "xrequestid", "requestid", "reqid", "httprequestid", "httpreqid", "httprequestheadersxrequestid",
        "httpreqheadersxrequestid", "reqheadersxrequestid", "requestheadersxrequestid", "httprequestheaderxrequestid", "correlationid",
        "xcorrelationid",
      ]
    ),
    (.traceID, ["traceid"]),
    (.nested, ["trace", "http", "httprequest", "httpreq", "req", "request", "httprequestheaders", "reqheaders", "requestheaders"]),
    (.attributes, ["attributes", "resource", "fields", "context", "ctx", "data", "labels", "mdc"]),
  ]
}
