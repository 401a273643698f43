import CPCRE2

/// A regular expression (PCRE2 syntax) compiled to machine code, for bytes that need not be valid UTF-8.
final class RegularExpression: Sendable {
  // Made once and only read afterwards: PCRE2 documents compiled patterns as safe to share for that.
  private nonisolated(unsafe) let code: OpaquePointer

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
  }

  deinit { pcre2_code_free_8(code) }

  /// Whether bytes match; `nil` when the matcher gave up before it knew.
  func test(_ bytes: UnsafeBufferPointer<UInt8>, _ scratch: MatchScratch) -> Bool? {
    var none: UInt8 = 0
    return withUnsafePointer(to: &none) { empty in
      let start = bytes.baseAddress ?? empty
      var code = pcre2_match_8(self.code, start, bytes.count, 0, 0, scratch.data, scratch.context)
      // What does not fit the machine code's stack is matched again by the interpreter, whose memory is on the heap.
      if code == PCRE2_ERROR_JIT_STACKLIMIT {
        code = pcre2_match_8(self.code, start, bytes.count, 0, PCRE2_NO_JIT, scratch.data, scratch.context)
      }
      // 0: it matches, and there is no room for where its groups are, which nobody asks for.
      return code >= 0 ? true : code == PCRE2_ERROR_NOMATCH ? false : nil
    }
  }
}

/// The memory that a search needs to match. Safe: each search makes its own, and matches one row after the other.
final class MatchScratch: @unchecked Sendable {
  /// The most steps one match may take, and the most memory, in KiB, that the interpreter may: patterns that explode are given up, not
  /// waited for.
  private static let (matchLimit, heapLimit): (UInt32, UInt32) = (1_000_000, 65_536)
  /// The stack of the machine code: it grows from the first to the second. Without one of its own PCRE2 takes 32 KiB, which a line of a
  /// few thousand bytes exhausts.
  private static let (stackStart, stackLimit) = (32 << 10, 16 << 20)

  let data: OpaquePointer?
  let context: OpaquePointer?
  private let stack: OpaquePointer?

  init() {
    data = pcre2_match_data_create_8(1, nil)
    context = pcre2_match_context_create_8(nil)
    stack = pcre2_jit_stack_create_8(Self.stackStart, Self.stackLimit, nil)
    guard let context else { return }
    pcre2_set_match_limit_8(context, Self.matchLimit)
    pcre2_set_heap_limit_8(context, Self.heapLimit)
    if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    pcre2_jit_stack_free_8(stack)
  }
}
