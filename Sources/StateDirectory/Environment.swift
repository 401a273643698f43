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

  /// The absolute path of the running program.
  package static var executable: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
