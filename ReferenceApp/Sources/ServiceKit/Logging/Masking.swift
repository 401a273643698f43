import JSONBytes
import LogStandard

/// Keeps secrets out of records, by the standard's rules.
enum Masking {
  /// The value of a member whose key names a secret becomes the mask; secrets inside a text are masked.
  static func masked(key: String, _ value: JSONValue) -> JSONValue {
    if SecretMasker.isSecret(key: key) { return .string(SecretMasker.mask) }
    if case .string(let text) = value { return .string(SecretMasker.mask(text).text) }
    return value
  }

  static func masked(query: String) -> String { SecretMasker.mask(query).text }

  /// A JSON body stays JSON; anything else becomes text.
  static func masked(body: [UInt8]) -> JSONValue {
    let bytes = SecretMasker.mask(body)?.bytes ?? body
    return (try? JSONValue(parsing: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
  }
}
