import JSONBytes

extension JSONValue {
  /// Sets the value at a path unless there is one.
  mutating func fill(_ path: [String], _ value: JSONValue) {
    if let present = at(path), !present.isNull { return }
    set(path[...], to: value)
  }

  /// Changes each element of the list at a path, where there is one.
  mutating func mapList(_ path: [String], _ change: (inout JSONValue) -> Void) {
    guard var elements = at(path)?.arrayValue else { return }
    for index in elements.indices { change(&elements[index]) }
    set(path[...], to: .array(elements))
  }
}

extension String {
  /// Without spaces and line ends at both ends.
  var trimmedSpace: String {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
