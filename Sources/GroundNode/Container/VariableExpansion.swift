/// `$(NAME)` in commands, arguments and values (core/v1 `Container.command`; kubernetes, third_party/forked/golang/expansion).
package enum VariableExpansion {
  /// `$$` is a dollar; a reference to an unknown variable stays as it is written.
  package static func expand(_ text: String, _ variables: [String: String]) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    var out: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "$"), index + 1 < bytes.count else {
        out.append(byte)
        index += 1
        continue
      }
      switch bytes[index + 1] {
      case UInt8(ascii: "$"):
        out.append(byte)
        index += 2
      case UInt8(ascii: "("):
        guard let end = bytes[(index + 2)...].firstIndex(of: UInt8(ascii: ")")) else {
          out.append(contentsOf: bytes[index...])
          return String(decoding: out, as: UTF8.self)
        }
        let name = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
        if let value = variables[name] { out.append(contentsOf: value.utf8) } else { out.append(contentsOf: bytes[index...end]) }
        index = end + 1
      default:
        out.append(byte)
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
