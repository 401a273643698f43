extension LogLevel {
  /// The level that a word stands for, in the spellings of common loggers and of syslog (RFC 5424); `nil` for other words.
  package init?(word text: some StringProtocol) {
    var copy = String(text)
    guard let level = copy.withUTF8({ LogLevel(word: $0) }) else { return nil }
    self = level
  }

  init?(word bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count >= 1, bytes.count <= 11 else { return nil }
    // The word as a number: up to 8 letters, case folded; longer words differ within their first 8.
    var key: UInt64 = 0
    for byte in bytes.prefix(8) {
      let letter = byte | 0x20
      guard letter &- UInt8(ascii: "a") < 26 else { return nil }
      key = key << 8 | UInt64(letter)
    }
    guard let entry = Self.words[key], entry.count == bytes.count else { return nil }
    self = entry.level
  }

  private static let words: [UInt64: (count: Int, level: LogLevel)] = {
    let spellings: [(LogLevel, [String])] = [
      (.trace, ["trace", "verbose", "finest", "finer"]),
      (.debug, ["debug", "dbg", "fine"]),
      (.info, ["info", "information", "notice", "inf", "config", "default"]),
      (.warn, ["warn", "warning", "wrn"]),
      (.error, ["error", "err", "severe", "eror"]),
      (.fatal, ["fatal", "critical", "crit", "panic", "emergency", "emerg", "alert", "dpanic", "ftl"]),
    ]
    var table: [UInt64: (count: Int, level: LogLevel)] = [:]
    for (level, words) in spellings {
      for word in words { table[word.utf8.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }] = (word.utf8.count, level) }
    }
    return table
  }()

  /// OpenTelemetry's severity number, 1 to 24; each level has four.
  init?(severityNumber number: Int64) {
    guard (1...24).contains(number), let level = LogLevel(rawValue: Int(number - 1) / 4 * 4 + 1) else { return nil }
    self = level
  }

  /// A number under a key such as `level`: bunyan and pino count 10 to 60, syslog and GELF 0 (emergency) to 7 (debug).
  init?(number: Int64) {
    switch number {
    case 60...: self = .fatal
    case 50..<60: self = .error
    case 40..<50: self = .warn
    case 30..<40: self = .info
    case 20..<30: self = .debug
    case 10..<20: self = .trace
    case 0...2: self = .fatal
    case 3: self = .error
    case 4: self = .warn
    case 5, 6: self = .info
    case 7: self = .debug
    default: return nil
    }
  }
}
