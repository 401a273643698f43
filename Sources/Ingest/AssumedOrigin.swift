/// Where lines came from that do not say it themselves, as who reads them knows: of `kubectl logs` in a pipe, the namespace.
package struct AssumedOrigin: Sendable, Hashable {
  package var namespace = ""
  /// Empty: the file's name.
  package var pod = ""
  package var container = ""

  package init(namespace: String = "", pod: String = "", container: String = "") {
    self.namespace = namespace
    self.pod = pod
    self.container = container
  }
}

/// What `kubectl logs --prefix` writes before each line: `[pod/NAME/CONTAINER] `.
struct PodPrefix: Hashable {
  var pod: String
  var container: String
  /// In bytes, with the blank behind it.
  var length: Int

  /// `nil` for a line without one.
  init?(_ line: UnsafeBufferPointer<UInt8>) {
    let start = Array("[pod/".utf8)
    guard line.count > start.count, line[0] == start[0], line.starts(with: start) else { return nil }
    // Names have at most 253 bytes (RFC 1123 subdomain) and 63 (label).
    let head = line.prefix(start.count + 253 + 1 + 63 + 2)
    guard let end = head.firstIndex(of: UInt8(ascii: "]")), end + 1 < head.endIndex, head[end + 1] == UInt8(ascii: " ") else { return nil }
    let names = head[start.count..<end].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard names.count == 2, let pod = names.first, let container = names.last, !pod.isEmpty, !container.isEmpty else { return nil }
    self.pod = String(decoding: pod, as: UTF8.self)
    self.container = String(decoding: container, as: UTF8.self)
    length = end + 2
  }
}
