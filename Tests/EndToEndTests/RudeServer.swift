import Foundation
import Glibc
import Synchronization

/// A server that answers each request with whatever bytes it likes, as slowly as it likes: what no API server should do.
final class RudeServer: Sendable {
  /// The client's connection, as the answer sees it.
  struct Wire: Sendable {
    fileprivate let descriptor: CInt

    /// `false` when the client has gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count <= 0 { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }

    /// Says nothing until the client goes.
    func keepSilent() {
      var byte: UInt8 = 0
      while recv(descriptor, &byte, 1, 0) > 0 {}
    }

    /// Waits so long, less when the client goes meanwhile.
    func pause(milliseconds: Int32) {
      var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&end, 1, milliseconds)
    }

    /// A whole answer.
    @discardableResult
    func answer(_ body: String, status: String = "200 OK", type: String = "application/json", fields: String = "", length: Int? = nil)
      -> Bool
    {
      send("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(length ?? body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// The head of an answer of unknown length.
    func begin() { send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n") }

    @discardableResult
    func chunk(_ text: String) -> Bool { send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }
  }

  /// Answers a request, by its path and query; returning `false` closes the connection.
  typealias Answer = @Sendable (_ target: String, _ wire: Wire) -> Bool

  let port: Int
  private let listener: CInt
  private let answer: Answer
  private let state = Mutex<(requests: Int, open: Set<CInt>)>((0, []))

  var requests: Int { state.withLock { $0.requests } }
  var url: String { "http://127.0.0.1:\(port)" }

  init(_ answer: @escaping Answer) throws {
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw Spawn.Failure(sentence: "no port to listen at: \(String(cString: strerror(errno)))") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        _ = state.withLock { $0.open.insert(client) }
        Thread.detachNewThread { [self] in serve(client) }
      }
    }
  }

  /// Ends the listening and all connections.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    for client in state.withLock({ $0.open }) { shutdown(client, Int32(SHUT_RDWR)) }
  }

  private func serve(_ client: CInt) {
    defer {
      _ = state.withLock { $0.open.remove(client) }
      close(client)
    }
    var held: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      while let end = held.firstRange(of: Array("\r\n\r\n".utf8)) {
        let line = String(decoding: held.prefix { $0 != 13 }, as: UTF8.self).split(separator: " ")
        held.removeSubrange(..<end.upperBound)
        state.withLock { $0.requests += 1 }
        guard line.count > 1, answer(String(line[1]), Wire(descriptor: client)) else { return }
      }
      let count = recv(client, &chunk, chunk.count, 0)
      if count <= 0 { return }
      held += chunk[..<count]
    }
  }
}
