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

  func integer(_ name: String) throws(APIError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text) else { throw .badRequest("the query parameter \(name)=\(text) is not a number") }
    return number
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
