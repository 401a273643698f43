/// Masks secrets in text before it is stored or written: one set of rules for services and for collection.
///
/// Masked are the values of keys that name a secret (``isSecret(key:)``) in JSON members at any depth of quoting, in headers
/// and in `key=value` text; what follows `Bearer` or `Basic`; what gives itself away by its shape, such as web tokens, keys of clouds and
/// private keys; passwords in addresses; and card numbers that pass the Luhn check, of which the last four digits stay (PCI DSS 3.4). JSON
/// stays JSON. Text without a secret is looked through once and nothing is allocated.
package struct SecretMasker: Sendable {
  /// What stands in place of a secret.
  package static let mask = "***"

  package struct Masked: Sendable, Hashable {
    package var bytes: [UInt8]
    /// How many secrets were masked.
    package var count: Int
    /// The text ends inside a private key: the lines that follow are its own, see ``PrivateKeyLines``.
    package var opensPrivateKey: Bool

    package init(bytes: [UInt8], count: Int, opensPrivateKey: Bool = false) {
      self.bytes = bytes
      self.count = count
      self.opensPrivateKey = opensPrivateKey
    }
  }

  /// The text without its secrets; `nil` when it has none.
  package static func mask(_ bytes: UnsafeBufferPointer<UInt8>) -> Masked? {
    guard bytes.count > 3 else { return nil }
    var scan = SecretScan(bytes)
    scan.run()
    guard !scan.edits.isEmpty else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 16 * scan.edits.count)
    var copied = 0
    for edit in scan.edits {
      out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied..<edit.range.lowerBound]))
      out.append(contentsOf: edit.replacement)
      copied = edit.range.upperBound
    }
    out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[copied...]))
    return Masked(bytes: out, count: scan.edits.count, opensPrivateKey: scan.opensPrivateKey)
  }

  package static func mask(_ bytes: [UInt8]) -> Masked? { bytes.withUnsafeBufferPointer { mask($0) } }

  /// The text without its secrets, and how many there were.
  package static func mask(_ text: String) -> (text: String, count: Int) {
    var copy = text
    guard let masked = copy.withUTF8({ mask($0) }) else { return (text, 0) }
    return (String(decoding: masked.bytes, as: UTF8.self), masked.count)
  }

  /// Whether a key names a secret: its name without case, `-`, `_` and `.` ends in `authorization`, `token`, `cookie`,
  /// `password`, `secret`, `apikey` and the like.
  package static func isSecret(key: String) -> Bool {
    var copy = key
    return copy.withUTF8 { SecretKey.kind(of: $0) != nil }
  }
}

/// Which keys name secrets.
enum SecretKey {
  /// How sure a key is in running text, where `token: unexpected end` is no secret.
  enum Kind { case always, cookie, authorization, whenItLooksLikeOne, signature }

  private static let endings: [(word: [UInt8], kind: Kind)] = {
    let words: [(String, Kind)] = [
      ("authorization", .authorization), ("cookie", .cookie), ("password", .always), ("passwd", .always), ("passphrase", .always),
      ("apikey", .always), ("accesskey", .always), ("privatekey", .always), ("secretkey", .always), ("secret", .whenItLooksLikeOne),
      ("token", .whenItLooksLikeOne),
      // Of clouds, of message brokers, of a kubeconfig, of environments.
      ("accountkey", .always), ("sharedkey", .always), ("subscriptionkey", .always), ("encryptionkey", .always), ("signingkey", .always),
      ("masterkey", .always), ("authkey", .always), ("sshkey", .always), ("clientkeydata", .always), ("dbpass", .always),
      ("smtppass", .always), ("redispass", .always), ("mysqlpass", .always), ("userpass", .always), ("adminpass", .always),
      ("amzsignature", .signature), ("googsignature", .signature),
    ]
    return words.map { (Array($0.0.utf8), $0.1) }
  }()

  /// Keys longer than this are not looked at to their start; the endings are what counts.
  static let longest = 64

  /// Whether a key may end in these two bytes; when unsure (a separator may stand between the letters, or what is given is the quote
  /// before a key of one letter), yes.
  @inline(__always)
  static func mayEnd(_ before: UInt8, _ last: UInt8) -> Bool {
    let letter = before | 0x20
    switch last | 0x20 {
    case UInt8(ascii: "n"): if letter == UInt8(ascii: "o") || letter == UInt8(ascii: "e") { return true }
    case UInt8(ascii: "e"): if letter == UInt8(ascii: "i") || letter == UInt8(ascii: "s") || letter == UInt8(ascii: "r") { return true }
    case UInt8(ascii: "d"): if letter == UInt8(ascii: "r") || letter == UInt8(ascii: "w") { return true }
    case UInt8(ascii: "y"), UInt8(ascii: "t"): if letter == UInt8(ascii: "e") { return true }
    case UInt8(ascii: "a"): if letter == UInt8(ascii: "t") { return true }
    case UInt8(ascii: "s"): if letter == UInt8(ascii: "s") { return true }
    case UInt8(ascii: "g"): if letter == UInt8(ascii: "i") { return true }
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return false
    default: return true
    }
    return letter &- UInt8(ascii: "a") >= 26
  }

  static func kind(of key: UnsafeBufferPointer<UInt8>) -> Kind? {
    guard let last = key.last else { return nil }
    // The last letters of all endings: most keys are refused here.
    switch last | 0x20 {
    case UInt8(ascii: "n"), UInt8(ascii: "e"), UInt8(ascii: "d"), UInt8(ascii: "y"), UInt8(ascii: "t"), UInt8(ascii: "a"),
      UInt8(ascii: "s"), UInt8(ascii: "g"):
      break
    default: return nil
    }
    for ending in endings where ends(key, with: ending.word) { return ending.kind }
    if isExactly(key, "pwd") || isLastWord(of: key, "pwd") { return .always }
    return isExactly(key, "sig") ? .signature : nil
  }

  private static func ends(_ key: UnsafeBufferPointer<UInt8>, with word: [UInt8]) -> Bool {
    var position = key.count
    var left = word.count
    while left > 0 {
      guard position > 0 else { return false }
      position -= 1
      let byte = key[position]
      if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") { continue }
      left -= 1
      guard byte | 0x20 == word[left] else { return false }
    }
    return true
  }

  /// `MYSQL_PWD`, but not `OLDPWD`.
  private static func isLastWord(of key: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    let start = key.count - word.utf8CodeUnitCount
    guard start > 0, key[start - 1] == UInt8(ascii: "_") || key[start - 1] == UInt8(ascii: "-") || key[start - 1] == UInt8(ascii: ".")
    else {
      return false
    }
    return isExactly(UnsafeBufferPointer(rebasing: key[start...]), word)
  }

  private static func isExactly(_ key: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
    guard key.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<key.count where key[index] | 0x20 != word.utf8Start[index] { return false }
    return true
  }
}
