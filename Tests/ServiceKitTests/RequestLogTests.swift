import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSONBytes
import LogStandard
import Logging
import NIOCore
import ServiceKit
import Testing

@Suite struct RequestLogTests {
  private struct Broken: Error {}

  private func app(_ captured: CapturedLines, state: ServiceState = ServiceState()) -> some ApplicationProtocol {
    let logger = captured.logger()
    let router = Router(context: ServiceContext.self)
    router.add(middleware: RequestLogMiddleware(state: state, faults: Faults(), logger: logger))
    router.get("/things/:id") { _, _ in
      logger.info("Thing 1 read")
      return "thing"
    }
    router.post("/things") { request, _ in
      let body = try await request.body.collect(upTo: 1 << 20)
      return "\(body.readableBytes)"
    }
    router.get("/broken") { _, _ -> String in throw Broken() }
    router.get("/refused") { _, _ -> String in throw HTTPError(.conflict, message: "Not now.") }
    return Application(router: router, logger: logger)
  }

  private func completions(_ captured: CapturedLines, _ id: String) -> [JSONObject] {
    captured.records.filter { $0["logCategory"]?.stringValue == "apiResponse" && $0["logRequestId"]?.stringValue == id }
  }

  @Test func anIDIsKeptEchoedAndInEveryRecord() async throws {
    let captured = CapturedLines()
    try await app(captured).test(.live) { client in
      try await client.execute(uri: "/things/1?token=abc123456", method: .get, headers: [.xRequestID: "my-id_1"]) { response in
        #expect(response.headers[.xRequestID] == "my-id_1")
      }
    }
    let records = captured.records.filter { $0["logRequestId"]?.stringValue == "my-id_1" }
    #expect(records.count == 3)
    #expect(records.first?["logMessage"]?.stringValue == "GET /things/1 received")
    #expect(records.last?["logMessage"]?.stringValue?.hasPrefix("GET /things/1 responded 200 in ") == true)
    #expect(completions(captured, "my-id_1").first?["reqStatusCode"]?.intValue == 200)
    let request = records.first
    #expect(request?["reqPath"]?.stringValue == "/things/1")
    #expect(request?["reqQuery"]?.stringValue?.contains("abc123456") == false)
    for line in captured.lines { #expect(LogLineValidator.validate(line).isEmpty, "\(line)") }
  }

  /// Whoever may connect could make the check of the records fail otherwise, and keep a gate shut.
  @Test func aTargetThatIsNoPathLeavesAValidRecord() async throws {
    let captured = CapturedLines()
    try await app(captured).test(.live) { client in
      let port = try #require(client.port)
      for target in ["CONNECT evil:80", "CONNECT :80", "OPTIONS *", "GET http://evil/things/1", "GET //evil/x"] {
        let connection = try #require(LoopbackConnection(port: port))
        let answer = connection.exchange("\(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 "), "\(target): \(answer)")
      }
    }
    #expect(captured.records.count >= 10)
    for line in captured.lines { #expect(LogLineValidator.validate(line).isEmpty, "\(line)") }
  }

  @Test func badIDsAreReplaced() async throws {
    let captured = CapturedLines()
    try await app(captured).test(.live) { client in
      for bad in ["has space", "", String(repeating: "x", count: 129), "a/b", "$(x)"] {
        try await client.execute(uri: "/things/1", method: .get, headers: [.xRequestID: bad]) { response in
          let id = response.headers[.xRequestID] ?? ""
          #expect(id != bad && LogStandard.RequestID.isUUID(id))
        }
      }
    }
  }

  @Test(arguments: [("/nosuch", 404), ("/broken", 500), ("/refused", 409), ("/things/1", 200)])
  func exactlyOneCompletion(path: String, status: Int) async throws {
    let captured = CapturedLines()
    let state = ServiceState()
    try await app(captured, state: state).test(.live) { client in
      try await client.execute(uri: path, method: .get, headers: [.xRequestID: "one"]) { response in
        #expect(Int(response.status.code) == status)
        #expect(response.headers[.xRequestID] == "one")
      }
    }
    let found = completions(captured, "one")
    #expect(found.count == 1)
    #expect(found.first?["reqStatusCode"]?.intValue == Int64(status))
    #expect((found.first?["reqDurationMicros"]?.intValue ?? -1) >= 0)
    #expect(state.inFlightCount == 0)
  }

  @Test func bodiesAreMaskedAndReachTheHandler() async throws {
    let captured = CapturedLines()
    try await app(captured).test(.live) { client in
      let body = ByteBuffer(string: #"{"user":"ann","password":"hunter2"}"#)
      try await client.execute(uri: "/things", method: .post, headers: [.xRequestID: "b"], body: body) { response in
        #expect(String(buffer: response.body) == "\(body.readableBytes)")
      }
      let long = ByteBuffer(repeating: 65, count: 100_000)
      try await client.execute(uri: "/things", method: .post, headers: [.xRequestID: "c"], body: long) { response in
        #expect(String(buffer: response.body) == "100000")
      }
    }
    let logged = captured.records.first { $0["logCategory"]?.stringValue == "apiRequest" }?["reqBody"]
    #expect(logged?.at("user")?.stringValue == "ann")
    #expect(logged?.at("password")?.stringValue == SecretMasker.mask)
    #expect(captured.lines.allSatisfy { $0.utf8.count < 20_000 })
  }

  @Test func whileDrainingConnectionsAreSentAway() async throws {
    let state = ServiceState()
    state.beginDraining()
    // Held: its descriptor is closed with it, and would be another test's when the service writes to it.
    let captured = CapturedLines()
    try await app(captured, state: state).test(.live) { client in
      try await client.execute(uri: "/things/1", method: .get) { response in
        #expect(response.status == .ok)
        #expect(response.headers[.connection] == "close")
      }
    }
    #expect(captured.records.contains { $0["logCategory"]?.stringValue == "apiResponse" })
  }
}
