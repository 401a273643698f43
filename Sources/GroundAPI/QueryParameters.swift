import Kubernetes

/// The parameters of a request's query, decoded (`+` is a space, as Go's `url.Values` writes it).
struct QueryParameters: Sendable {
  private var pairs: [(name: String, value: String)]

  init(_ query: String) {
    pairs = query.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (Self.decoded(parts[0]), parts.count > 1 ? Self.decoded(parts[1]) : "")
    }
  }

  /// The value, or `nil` where the parameter is missing or empty.
  subscript(name: String) -> String? {
    pairs.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  func flag(_ name: String) -> Bool {
    guard let pair = pairs.first(where: { $0.name == name }) else { return false }
    return !["false", "0", "f", "F", "False"].contains(pair.value)
  }

  /// A number of seconds, lines, bytes or objects.
  func integer(_ name: String) throws(APIError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), IntegerRange.count.contains(number) else {
      throw .badRequest(
        "expected a whole number from 0 to \(IntegerRange.count.upperBound) as the query parameter \(name), but got \(text.prefix(64))")
    }
    return number
  }

  /// `resourceVersion`: a revision of the store; `nil` where it is missing. It is opaque to clients: what this server never gave is refused.
  func resourceVersion() throws(APIError) -> Int64? {
    guard let text = self["resourceVersion"] else { return nil }
    guard let revision = Int64(text), revision >= 0 else {
      throw .badRequest(
        "expected a resource version that this server gave as the query parameter resourceVersion, but got \(text.prefix(64))")
    }
    return revision
  }

  static func decoded(_ text: some StringProtocol, plusIsSpace: Bool = true) -> String {
    var bytes: [UInt8] = []
    let raw = Array(text.utf8)
    var index = 0
    while index < raw.count {
      if raw[index] == UInt8(ascii: "%"), index + 2 < raw.count,
        let byte = UInt8(String(decoding: raw[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        index += 3
        continue
      }
      bytes.append(plusIsSpace && raw[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : raw[index])
      index += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
