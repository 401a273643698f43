import CPCRE2

/// A compiled regular expression (PCRE2 with JIT) that cannot run away: the match limit ends what explodes.
final class Pattern: Sendable {
  // PCRE2's compiled code is read-only after compilation and made for sharing between threads (pcre2api(3)).
  private nonisolated(unsafe) let code: OpaquePointer
  // The match context is only read by pcre2_match.
  private nonisolated(unsafe) let context: OpaquePointer?

  init(_ text: String) throws(StoreError) {
    var errorCode: Int32 = 0
    var offset = 0
    let bytes = Array(text.utf8)
    let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_INVALID_UTF)
    guard let code = pcre2_compile_8(bytes, bytes.count, options, &errorCode, &offset, nil) else {
      var message = [UInt8](repeating: 0, count: 256)
      _ = pcre2_get_error_message_8(errorCode, &message, message.count)
      throw StoreError.badPattern(text, reason: String(decoding: message.prefix { $0 != 0 }, as: UTF8.self), offset: offset)
    }
    self.code = code
    _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    context = pcre2_match_context_create_8(nil)
    if let context { _ = pcre2_set_match_limit_8(context, 1_000_000) }
  }

  deinit {
    pcre2_code_free_8(code)
    pcre2_match_context_free_8(context)
  }

  func matches(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let data = pcre2_match_data_create_8(1, nil) else { return false }
    defer { pcre2_match_data_free_8(data) }
    return pcre2_match_8(code, line.baseAddress, line.count, 0, 0, data, context) >= 0
  }
}
