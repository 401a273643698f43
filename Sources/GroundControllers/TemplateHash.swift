package import JSONBytes

/// The name of a pod template: equal templates, equal hash (FNV-1a over the JSON with sorted keys), in the alphabet of
/// names that form no words (apimachinery, rand.SafeEncodeString).
package enum TemplateHash {
  package static func of(_ template: JSONValue, collision: Int = 0) -> String {
    var hash: UInt32 = 2_166_136_261
    func mix(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    }
    func walk(_ value: JSONValue) {
      switch value {
      case .object(let members):
        mix("{".utf8)
        for member in members.sorted(by: { $0.key < $1.key }) {
          mix(member.key.utf8)
          mix(":".utf8)
          walk(member.value)
        }
        mix("}".utf8)
      case .array(let elements):
        mix("[".utf8)
        for element in elements { walk(element) }
        mix("]".utf8)
      default: mix(value.jsonBytes + [0x2C])
      }
    }
    walk(template)
    if collision > 0 { mix(String(collision).utf8) }
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    return String(decoding: String(hash).utf8.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
  }
}
