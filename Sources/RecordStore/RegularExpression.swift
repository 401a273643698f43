import CPCRE2

/// A regular expression (PCRE2 syntax) compiled to machine code, for bytes that need not be valid UTF-8.
final class RegularExpression: Sendable {
  /// The most steps one match may take: patterns that explode are given up, not waited for.
  private static let matchLimit: UInt32 = 1_000_000

  // Both are made once and only read afterwards: PCRE2 documents compiled patterns and match contexts as safe to share for that.
  private nonisolated(unsafe) let code: OpaquePointer
  // As above.
  private nonisolated(unsafe) let context: OpaquePointer?

  /// Finds a text as it stands, ASCII case ignored.
  convenience init(text: String) throws(StoreError) { try self.init(text, options: PCRE2_LITERAL | UInt32(PCRE2_CASELESS)) }

  convenience init(_ pattern: String) throws(StoreError) {
    try self.init(pattern, options: PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C)
  }

  private init(_ pattern: String, options: UInt32) throws(StoreError) {
    var number: Int32 = 0
    var offset = 0
    let bytes = Array(pattern.utf8)
    let compiled = bytes.withUnsafeBufferPointer { pcre2_compile_8($0.baseAddress, $0.count, options, &number, &offset, nil) }
    guard let compiled else {
      var text = [UInt8](repeating: 0, count: 256)
      let length = pcre2_get_error_message_8(number, &text, text.count)
      let reason = String(decoding: text.prefix(Int(Swift.max(0, length))), as: UTF8.self)
      throw StoreError(
        kind: .query,
        sentence:
          "Expected a regular expression between the slashes, but at byte \(offset + 1) of /\(pattern)/ there is an error: \(reason).")
    }
    code = compiled
    // Without the compiler for machine code, e.g. where memory may not be executable, matching is slower but the same.
    pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
    context = pcre2_match_context_create_8(nil)
    if let context { pcre2_set_match_limit_8(context, Self.matchLimit) }
  }

  deinit {
    pcre2_code_free_8(code)
    pcre2_match_context_free_8(context)
  }

  /// A matcher for one task: it owns the memory a match needs.
  func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let data = pcre2_match_data_create_8(1, nil) else { return false }
    defer { pcre2_match_data_free_8(data) }
    var none: UInt8 = 0
    return withUnsafePointer(to: &none) { empty in
      pcre2_match_8(code, bytes.baseAddress ?? empty, bytes.count, 0, 0, data, context) >= 0
    }
  }
}
