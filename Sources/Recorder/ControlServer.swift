import HTTPTypes
import Hummingbird
import JSONBytes
import Logging
import NIOCore

/// The recorder's control socket: HTTP over a Unix socket that only its owner can open.
///
/// Answers are JSON lines, each sent as soon as it is known, so that a long job shows its progress and ends when its asker hangs up.
struct ControlServer {
  /// A job: reads the request's body and answers lines of JSON until it is done.
  typealias Job = @Sendable (_ body: JSONValue) -> AsyncStream<JSONValue>

  let socket: String
  let jobs: [String: Job]

  func application(logger: Logger) -> some ApplicationProtocol {
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
    return Application(router: router, configuration: .init(address: .unixDomainSocket(path: socket)), logger: logger)
  }
}
