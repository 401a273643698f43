import AsyncHTTPClient
package import JSONBytes
import NIOCore
import NIOHTTP1
import StateDirectory

/// Asks a running recorder to do something, over its control socket.
package struct ControlClient: Sendable {
  let socket: String

  /// - Parameter socket: `Home.socket("recorder")`.
  package init(socket: String) { self.socket = socket }

  /// The recorder does not answer; in one sentence.
  package struct Unreachable: Error, CustomStringConvertible {
    package var description: String
  }

  /// Does not try again and again to reach a recorder that is not there.
  private static let http: HTTPClient = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.retryConnectionEstablishment = false
    // A job that goes on holds its connection; with the default of 8 the ninth would wait for one to end.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  private var noAnswer: Unreachable {
    Unreachable(description: "the recorder does not answer on \(socket); periplus status tells whether it runs")
  }

  /// Runs a job and gives each line of its answer to `line`.
  package func run(_ job: String, _ body: JSONValue = .null, line: (JSONValue) throws -> Void) async throws {
    // Without a recorder there is nothing to connect to, and no HTTP client is made: a console that starts has no time for one.
    guard Files.exists(socket) else { throw noAnswer }
    let address = try SocketPath(socket)
    defer { withExtendedLifetime(address) {} }
    guard let url = URLText.unixSocket(address.path, path: "/\(job)") else {
      throw Unreachable(description: "\(socket) is not a socket's path")
    }
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.body = .bytes(ByteBuffer(bytes: body.jsonBytes))
    let response: HTTPClientResponse
    do {
      response = try await Self.http.execute(request, timeout: .hours(24))
    } catch {
      throw noAnswer
    }
    guard response.status == .ok else { throw Unreachable(description: "the recorder knows no job named \(job); are both of one version?") }
    var splitter = LineSplitter()
    var chunks = response.body.makeAsyncIterator()
    while let chunk = try await next(&chunks) {
      for text in splitter.push(chunk.readableBytesView) { try line(try JSONValue(parsing: text)) }
    }
  }
}

extension ControlClient {
  /// What a library says of a connection that broke means nothing to a person.
  private func next(_ chunks: inout HTTPClientResponse.Body.AsyncIterator) async throws -> ByteBuffer? {
    do { return try await chunks.next() } catch {
      try Task.checkCancellation()
      throw Unreachable(description: "the recorder ended before it had answered; periplus status tells whether it runs")
    }
  }
}

enum URLText {
  /// `http+unix://<percent-encoded path>/<path>`, the client's form for Unix sockets.
  static func unixSocket(_ socket: String, path: String) -> String? {
    guard !socket.isEmpty else { return nil }
    var encoded = ""
    for byte in socket.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        encoded.append(Character(Unicode.Scalar(byte)))
      default:
        let digits = Array("0123456789ABCDEF")
        encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return "http+unix://\(encoded)\(path)"
  }
}
