/// What the API takes for a name (apimachinery, pkg/util/validation).
package enum NameRules {
  /// A lowercase RFC 1123 label: at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends.
  package static func isDNSLabel(_ text: some StringProtocol) -> Bool { text.utf8.count <= 63 && isLabelPart(text) }

  /// Lowercase RFC 1123 labels with dots between them, at most 253 bytes.
  package static func isDNSSubdomain(_ text: some StringProtocol) -> Bool {
    text.utf8.count <= 253 && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabelPart($0) }
  }

  /// `app`, `app.kubernetes.io/name`: a qualified name with an optional DNS subdomain before it.
  package static func isLabelKey(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isQualified(parts[0])
    case 2: return isDNSSubdomain(parts[0]) && isQualified(parts[1])
    default: return false
    }
  }

  /// Empty, or at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends.
  package static func isLabelValue(_ text: some StringProtocol) -> Bool { text.isEmpty || isQualified(text) }

  private static func isQualified(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.dropFirst(bytes.count - 1).first else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last) && bytes.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isLabelPart(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.dropFirst(bytes.count - 1).first else { return false }
    return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
      && bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
