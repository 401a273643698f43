import Foundation
import Glibc
import JSONBytes

/// A TCP connection on this machine that sends what it likes.
final class RawConnection {
  private let descriptor: Int32

  /// `nil` where nobody listens, or this process has no descriptor left.
  init?(_ host: String = "127.0.0.1", port: Int) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr(host)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard connected == 0 else {
      close(descriptor)
      return nil
    }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Answers `false` when the other side has closed.
  @discardableResult
  func send(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Says that no more is sent; what comes is still received.
  func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What comes until the other side closes, or until the limit.
  func receive(seconds: Int, atMost limit: Int = 64 << 20) -> [UInt8] {
    var patience = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }
}

/// The ground's API of a fixture, as a client without any library sees it.
struct RawAPI {
  let port: Int
  let token: String

  init(_ ground: GroundFixture) throws {
    let info = try JSONValue(parsing: Array(try Data(contentsOf: ground.home.appending(path: "run/ground.json"))))
    port = Int(info["port"]?.intValue ?? 0)
    token = try String(contentsOf: ground.home.appending(path: "ground/token"), encoding: .utf8).trimmingCharacters(in: .newlines)
  }

  func head(_ method: String, _ path: String, _ fields: [String] = []) -> String {
    ([
      "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Authorization: Bearer \(token)", "Connection: close",
      "Accept: application/json",
    ] + fields).joined(separator: "\r\n") + "\r\n\r\n"
  }

  /// One request; `nil` where no answer came in the time.
  func send(_ method: String, _ path: String, _ body: [UInt8] = [], type: String = "application/json", seconds: Int = 20) -> (
    status: Int, body: JSONValue
  )? {
    guard let connection = RawConnection(port: port) else { return nil }
    connection.send(Array(head(method, path, ["Content-Type: \(type)", "Content-Length: \(body.count)"]).utf8))
    // A refusal may come, and the connection end, before all of it is sent.
    connection.send(body)
    return Self.answer(connection.receive(seconds: seconds))
  }

  func send(_ method: String, _ path: String, _ body: JSONValue, type: String = "application/json") -> (status: Int, body: JSONValue)? {
    send(method, path, body.jsonBytes, type: type)
  }

  static func answer(_ bytes: [UInt8]) -> (status: Int, body: JSONValue)? {
    let text = String(decoding: bytes.prefix(64), as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 "), let status = Int(text.dropFirst(9).prefix(3)) else { return nil }
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return (status, .null) }
    var content = Array(bytes[end.upperBound...])
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
    if head.contains("transfer-encoding: chunked") { content = unchunked(content) }
    return (status, (try? JSONValue(parsing: content)) ?? .null)
  }

  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstRange(of: [0x0D, 0x0A]) {
      guard let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16), size > 0 else { break }
      out += rest[line.upperBound...].prefix(size)
      rest = rest[line.upperBound...].dropFirst(size + 2)
    }
    return out
  }
}
