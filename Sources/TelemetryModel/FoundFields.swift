import TimeFormat

/// A text that was found in a line: a part of it as it stands, or one that was made, because escapes were undone. A part is valid as long
/// as the line's bytes are.
enum FoundText {
  case part(UnsafeBufferPointer<UInt8>)
  case made(String)

  var count: Int {
    switch self {
    case .part(let bytes): bytes.count
    case .made(let text): text.utf8.count
    }
  }

  var string: String {
    switch self {
    case .part(let bytes): String(decoding: bytes, as: UTF8.self)
    case .made(let text): text
    }
  }

  func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
    switch self {
    case .part(let bytes): return body(bytes)
    case .made(var text): return text.withUTF8(body)
    }
  }
}

/// What was recognized in a line so far, with the rank of the key that gave it.
struct FoundFields {
  private(set) var time: Timestamp?
  private(set) var level: LogLevel?
  private(set) var message: FoundText?
  private(set) var service: FoundText?
  private(set) var requestID: FoundText?
  private(set) var traceID: FoundText?
  private var ranks: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (255, 255, 255, 255, 255, 255)

  /// Longer ids are none.
  private static let longestID = 512

  /// Whether a value under this rank would be taken, so that its text need not be made otherwise.
  func wants(_ role: KeyRole) -> Bool {
    switch role.meaning {
    case .time: role.rank < ranks.0
    case .level, .severityNumber: role.rank < ranks.1
    case .message: role.rank < ranks.2
    case .service: role.rank < ranks.3
    case .requestID: role.rank < ranks.4
    case .traceID: role.rank < ranks.5
    case .nested, .attributes: true
    }
  }

  mutating func set(time value: Timestamp?, rank: UInt8 = 0) {
    guard let value, rank < ranks.0 else { return }
    (time, ranks.0) = (value, rank)
  }
  mutating func set(level value: LogLevel?, rank: UInt8 = 0) {
    guard let value, rank < ranks.1 else { return }
    (level, ranks.1) = (value, rank)
  }
  mutating func set(message value: FoundText, rank: UInt8 = 0) {
    guard rank < ranks.2 else { return }
    (message, ranks.2) = (value, rank)
  }

  /// A value as text, under a key whose role is known.
  mutating func set(_ role: KeyRole, _ text: FoundText) {
    switch role.meaning {
    case .time: set(time: text.withBytes { LineTime.parse($0) }, rank: role.rank)
    case .level:
      set(level: text.withBytes { LogLevel(word: $0) } ?? Int64(text.string).flatMap { LogLevel(number: $0) }, rank: role.rank)
    case .severityNumber: set(level: Int64(text.string).flatMap { LogLevel(severityNumber: $0) }, rank: role.rank)
    case .message: set(message: text, rank: role.rank)
    case .service:
      guard role.rank < ranks.3, text.count > 0 else { return }
      (service, ranks.3) = (text, role.rank)
    case .requestID:
      guard role.rank < ranks.4, Self.isID(text) else { return }
      (requestID, ranks.4) = (text, role.rank)
    case .traceID:
      guard role.rank < ranks.5, Self.isID(text) else { return }
      (traceID, ranks.5) = (text, role.rank)
    case .nested, .attributes: break
    }
  }

  private static func isID(_ text: FoundText) -> Bool { text.count > 0 && text.count <= longestID }
}
