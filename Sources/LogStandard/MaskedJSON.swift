package import JSONBytes

extension JSONValue {
  /// The value without the secrets in it: values of variables and members that are named as secrets are, arguments after flags that are,
  /// and what gives itself away in a text.
  package var masked: JSONValue {
    switch self {
    case .string(let text): return .string(SecretMasker.mask(text).text)
    case .array(let elements):
      var previous: String?
      return .array(
        elements.map { element in
          defer { previous = element.stringValue }
          // `--password`, `hunter2`
          guard let flag = previous, flag.hasPrefix("-"), !flag.contains("="), SecretMasker.isSecret(key: flag), element.stringValue != nil
          else { return element.masked }
          return .string(SecretMasker.mask)
        })
    case .object(let object):
      // The `name` and `value` of an environment variable, and members that are named as secrets are.
      let isSecretPair = object["name"]?.stringValue.map(SecretMasker.isSecret(key:)) ?? false
      return .object(
        JSONObject(
          object.map { member -> JSONObject.Member in
            let isSecret = isSecretPair && member.key == "value" || SecretMasker.isSecret(key: member.key)
            if isSecret, let text = member.value.stringValue, !text.isEmpty {
              return .init(key: member.key, value: .string(SecretMasker.mask))
            }
            if member.key == Self.lastApplied, let text = member.value.stringValue, let inner = try? JSONValue(parsing: text) {
              let masked = inner.masked
              return .init(key: member.key, value: .string(masked == inner ? text : masked.jsonString))
            }
            return .init(key: member.key, value: member.value.masked)
          }))
    default: return self
    }
  }

  /// The annotation in which `kubectl apply` keeps the whole manifest, as JSON in a text.
  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
}
