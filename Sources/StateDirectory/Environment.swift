import Glibc

/// The environment of this process.
package enum Environment {
  package static var current: [String: String] {
    var result: [String: String] = [:]
    // /proc, not `environ`: the global is a data race in the eyes of Swift 6, and nothing here calls setenv.
    guard let bytes = try? Files.read("/proc/self/environ") else { return result }
    for entry in bytes.split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      result[String(decoding: entry[..<equals], as: UTF8.self)] = String(decoding: entry[(equals + 1)...], as: UTF8.self)
    }
    return result
  }

  /// The absolute path of the running program. Of one that was replaced while it runs, as an upgrade does it, the path at which its
  /// successor is; `nil` when there is none.
  package static var executable: String? {
    if let path = realpath("/proc/self/exe", nil) {
      defer { free(path) }
      return String(cString: path)
    }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return successor(of: String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// What stands where a program did whose link in /proc names it as deleted (proc(5)).
  package static func successor(of link: String) -> String? {
    let mark = " (deleted)"
    guard link.hasSuffix(mark) else { return nil }
    let path = String(link.dropLast(mark.count))
    return access(path, X_OK) == 0 ? path : nil
  }
}
