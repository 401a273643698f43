/// Why bytes are not JSON: what was expected, and at which byte (0-based).
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  package var expected: String
  package var offset: Int

  package init(expected: String, offset: Int) {
    self.expected = expected
    self.offset = offset
  }

  package var description: String { "expected \(expected) at byte \(offset)" }
}
