import LogStandard

/// What a component of Kubernetes says, made fit for a line: programs end their output with a line feed, and probes repeat it.
enum MessageWords {
  /// Line feeds, tabs and runs of blanks become one blank; none are left at the ends. Secrets are masked: a container's last words may be the
  /// address that it could not connect to, password included, and they are shown, exported and kept with the reschedule history.
  static func oneLine(_ text: String) -> String { joined(SecretMasker.mask(text).text) }

  private static func joined(_ text: String) -> String {
    var last: UInt8 = 0x20
    let isPlain = text.utf8.allSatisfy { byte in
      defer { last = byte }
      return byte > 0x20 || byte == 0x20 && last != 0x20
    }
    if isPlain, last != 0x20 || text.isEmpty { return text }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// As above; of a probe's failure without output (`Liveness probe failed: `) it says so.
  static func event(_ text: String) -> String {
    let line = oneLine(text)
    return line.hasSuffix("probe failed:") || line.hasSuffix("probe errored:") ? "\(line) no output" : line
  }
}
