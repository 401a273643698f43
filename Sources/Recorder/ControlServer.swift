import HTTPTypes
import Hummingbird
package import JSONBytes
import Logging
import NIOCore
import StateDirectory

/// The recorder's control socket: HTTP over a Unix socket that only its owner can open.
///
/// Answers are JSON lines, each sent as soon as it is known, so that a long job shows its progress and ends when its asker hangs up.
package struct ControlServer: Sendable {
  /// A job: reads the request's body and answers lines of JSON until it is done.
  package typealias Job = @Sendable (_ body: JSONValue) -> AsyncStream<JSONValue>

  let socket: String
  let jobs: [String: Job]

  package init(socket: String, jobs: [String: Job]) {
    self.socket = socket
    self.jobs = jobs
  }

  /// Serves until cancelled; `onListening` is called when it can be asked.
  package func run(onListening: @escaping @Sendable () -> Void = {}) async throws {
    var logger = Logger(label: "recorder") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let address = try SocketPath(socket)
    defer { withExtendedLifetime(address) {} }
    try await application(at: address.path, logger: logger, onListening).run()
  }

  private func application(at path: String, logger: Logger, _ onListening: @escaping @Sendable () -> Void) -> some ApplicationProtocol {
    let router = Router()
    for (path, job) in jobs {
      router.post(RouterPath(path)) { request, _ in
        let buffer = try await request.body.collect(upTo: 1 << 20)
        let body = (try? JSONValue(parsing: Array(buffer.readableBytesView))) ?? .null
        return Response(
          status: .ok, headers: [.contentType: "application/x-ndjson"],
          body: ResponseBody { writer in
            for await line in job(body) {
              try await writer.write(ByteBuffer(bytes: line.jsonBytes + [UInt8(ascii: "\n")]))
            }
            try await writer.finish(nil)
          })
      }
    }
    return Application(
      router: router, configuration: .init(address: .unixDomainSocket(path: path)), onServerRunning: { _ in onListening() },
      logger: logger)
  }
}
