import Glibc

/// A system call that failed, as one sentence: what was tried, where, and the system's reason.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  package var action: String
  package var path: String
  package var code: Int32

  /// - Parameter code: an `errno`; by default the one just set.
  package init(_ action: String, _ path: String, code: Int32 = errno) {
    self.action = action
    self.path = path
    self.code = code
  }

  package var description: String { "cannot \(action) \(path): \(String(cString: strerror(code)))" }
}

/// A sentence for the user: what was expected, what came, and what to do.
package struct EnvironmentError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ sentence: String) { description = sentence }
}
