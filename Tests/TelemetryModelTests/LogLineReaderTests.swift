import JSONBytes
import TelemetryModel
import TestSupport
import Testing
import TimeFormat

private let origin = LogOrigin(cluster: "ground", namespace: "shop", pod: "orders-1", podUID: "u1", container: "orders")
private let readAt = Timestamp(rfc3339: "2018-01-22T14:05:00Z") ?? Timestamp(seconds: 0)

private func read(_ line: String, writtenAt: Timestamp? = nil) -> LogRecord {
  LogLineReader().read(Array(line.utf8), origin: origin, readAt: readAt, writtenAt: writtenAt)
}

@Suite struct LogLineReaderTests {
  @Test func theStandard() {
    let line = #"""
      {"@timestamp":"2018-01-22T14:04:11.318Z","logLevel":"WARN","logMessage":"Charged \"ann\"","logRequestId":"r-1","logServiceName":"billing","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","reqStatusCode":201}
      """#
    let record = read(line)
    #expect(record.at.rfc3339() == "2018-01-22T14:04:11.318Z")
    #expect(record.level == .warn)
    #expect(record.message == "Charged \"ann\"")
    #expect(record.requestID == "r-1")
    #expect(record.service == "billing")
    #expect(record.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(record.flags == [])
    #expect(record.raw == Array(line.utf8))
    #expect(record.fields["reqStatusCode"] == 201)
  }

  @Test(arguments: [
    #"{"@timestamp":"2018-01-22T14:04:11.318Z","log.level":"error","message":"m","trace.id":"t1","service.name":"billing","http.request.id":"r-1"}"#,
    #"{"@timestamp":"2018-01-22T14:04:11.318Z","log":{"level":"error"},"message":"m","trace":{"id":"t1"},"service":{"name":"billing"},"http":{"request":{"id":"r-1","method":"GET"}}}"#,
    #"{"timeUnixNano":"1516629851318000000","severityNumber":17,"body":{"stringValue":"m"},"traceId":"t1","attributes":[{"key":"http.request.id","value":{"stringValue":"r-1"}}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"billing"}}]}}"#,
    #"{"timeUnixNano":"1516629851318000000","severityText":"ERROR","body":"m","traceId":"t1","attributes":{"request_id":"r-1"},"resource":{"service.name":"billing"}}"#,
    #"{"time":1516629851318,"level":50,"msg":"m","traceId":"t1","service":"billing","req":{"id":"r-1","headers":{"host":"x"}}}"#,
    #"{"ts":1516629851.318,"level":"error","msg":"m","trace_id":"t1","app":"billing","X-Request-ID":"r-1"}"#,
    #"{"timestamp":"2018-01-22 14:04:11,318","levelname":"ERROR","message":"m","traceId":"t1","service_name":"billing","correlation_id":"r-1"}"#,
    #"time="2018-01-22T14:04:11.318Z" level=error msg="m" trace_id=t1 service=billing request_id=r-1"#,
    #"level=error ts=2018-01-22T14:04:11.318Z app=billing msg=m traceId=t1 correlationId="r-1""#,
  ]) func otherProfiles(line: String) {
    let record = read(line)
    #expect(record.at.rfc3339() == "2018-01-22T14:04:11.318Z")
    #expect(record.level == .error)
    #expect(record.message == "m")
    #expect(record.requestID == "r-1")
    #expect(record.traceID == "t1")
    #expect(record.service == "billing")
    #expect(record.flags == (line.hasPrefix("{") ? [] : .notJSON))
  }

  @Test(
    "a time that no moment can be is none, and one after all moments is in the future",
    arguments: [
      ("0001-01-01T00:00:00Z", false), ("0000-01-01 00:00:00", false), ("1600-01-01T00:00:00Z", false), ("-0001-01-01T00:00:00Z", false),
      ("2018-01-22 14:04:11+99:99", false), ("2262-04-11T23:47:16.9Z", true), ("9999-12-31T23:59:59.999999999Z", true),
    ])
  func impossibleTimes(text: String, isFuture: Bool) {
    let before = readAt - .seconds(60)
    for line in [#"{"time":"\#(text)","msg":"m"}"#, "time=\"\(text)\" msg=m"] {
      var arena = RecordArena()
      let entry = Array(line.utf8).withUnsafeBufferPointer {
        LogLineReader().read($0, origin: origin, readAt: readAt, before: before, into: &arena)
      }
      #expect(entry.at == (isFuture ? readAt : before), "\(line): \(entry.at)")
      #expect(entry.flags.contains(.fromFuture) == isFuture, "\(line)")
    }
  }

  @Test(arguments: [
    "x-request-id", "X-Request-ID", "request_id", "requestId", "req_id", "http.req.id", "correlation_id", "correlationId", "logRequestId",
    "reqId",
    "requestID", "http.request.id",
  ]) func everySpellingOfTheID(key: String) {
    #expect(read("{\"\(key)\":\"abc\"}").requestID == "abc")
    #expect(read("level=info \(key)=abc").requestID == "abc")
    #expect(read("did it [\(key)=abc] today").requestID == "abc")
    #expect(read("did it, \(key): abc.").requestID == "abc")
  }

  @Test func theStandardsOwnKeysWin() {
    #expect(read(#"{"correlationId":"c","requestId":"b","logRequestId":"a"}"#).requestID == "a")
    #expect(read(#"{"logRequestId":"a","requestId":"b"}"#).requestID == "a")
    #expect(read(#"{"context":{"message":"inner"},"msg":"outer"}"#).message == "outer")
  }

  @Test func klog() {
    let record = read("E0122 14:04:11.318000   12345 reflector.go:127] Failed to watch: requestId=r-1")
    #expect(record.at.rfc3339() == "2018-01-22T14:04:11.318Z")
    #expect(record.level == .error)
    #expect(record.message == "Failed to watch: requestId=r-1")
    #expect(record.requestID == "r-1")
    #expect(read("I1231 23:59:59.000000 1 a.go:1] x").at.rfc3339() == "2017-12-31T23:59:59.000Z", "of the year before")
  }

  @Test(arguments: [
    ("2018-01-22 14:04:11.318 WARN  [main] Slow", "2018-01-22T14:04:11.318Z", LogLevel.warn, "WARN  [main] Slow"),
    ("[2018-01-22T14:04:11.318+00:00] error: Slow", "2018-01-22T14:04:11.318Z", .error, "error: Slow"),
    ("2018/01/22 14:04:11 [error] 12#0: Slow", "2018-01-22T14:04:11.000Z", .error, "[error] 12#0: Slow"),
    ("Jan 22 14:04:11 host app[1]: INFO Slow", "2018-01-22T14:04:11.000Z", .info, "host app[1]: INFO Slow"),
  ]) func plainText(line: String, at: String, level: LogLevel, message: String) {
    let record = read(line)
    #expect(record.at.rfc3339() == at)
    #expect(record.level == level)
    #expect(record.message == message)
    #expect(record.flags == .notJSON)
    #expect(record.service == "orders")
  }

  @Test func accessLog() {
    let line = #"10.0.0.1 - ann [22/Jan/2018:15:04:11 +0100] "GET /x HTTP/1.1" 200 12 "-" "-" x-request-id=r-1"#
    let record = read(line)
    #expect(record.at.rfc3339() == "2018-01-22T14:04:11.000Z")
    #expect(record.requestID == "r-1")
    #expect(record.message == line)
  }

  @Test func whatHasNoTimeGetsTheWritersOrTheReaders() {
    let written = Timestamp(rfc3339: "2018-01-22T14:00:00Z") ?? readAt
    #expect(read("Starting", writtenAt: written).at == written)
    #expect(read("Starting").at == readAt)
    #expect(read("Information about errors").level == nil)
  }

  @Test func theFutureIsNotBelieved() {
    let record = read(#"{"@timestamp":"2018-01-22T14:06:01Z","msg":"x"}"#)
    #expect(record.at == readAt)
    #expect(record.flags == .fromFuture)
    #expect(read(#"{"@timestamp":"2018-01-22T14:05:59Z"}"#).flags == [])
  }

  @Test func damagedAndLongLinesAreKept() {
    #expect(read(#"{"logMessage":"x""#).flags == .notJSON)
    #expect(read(#"{"logMessage":"x""#).message == #"{"logMessage":"x""#)
    #expect(read("").raw == [])
    let long = LogLineReader().read([UInt8](repeating: 0x61, count: 300_000), origin: origin, readAt: readAt)
    #expect(long.raw.count == LogLineReader.longestLine)
    #expect(long.flags == [.cut, .notJSON])
    let bytes: [UInt8] = [0xFF, 0xFE, 0x00, 0x1B, 0x5B]
    #expect(LogLineReader().read(bytes, origin: origin, readAt: readAt).raw == bytes)
  }

  @Test func anyBytesGiveARecord() {
    var random = SeededGenerator(seed: 17)
    let lines = [
      #"{"@timestamp":"2018-01-22T14:04:11.318Z","logLevel":"WARN","logMessage":"m","logRequestId":"r-1","http":{"request":{"id":"r"}}}"#,
      #"{"timeUnixNano":"1516629851318000000","body":{"stringValue":"m"},"attributes":[{"key":"a","value":{"intValue":"1"}}]}"#,
      "E0122 14:04:11.318000   12345 reflector.go:127] Failed", #"time="2018-01-22T14:04:11.318Z" level=error msg="m\"x" a= b"#,
      #"10.0.0.1 - ann [22/Jan/2018:15:04:11 +0100] "GET /x HTTP/1.1" 200"#, "Jan  2 14:04:11 host x-request-id: abc",
    ].map { Array($0.utf8) }
    for _ in 0..<60_000 {
      var bytes = lines[Int.random(in: 0..<lines.count, using: &random)]
      for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<Int.random(in: place...bytes.count, using: &random))
        default: bytes.insert(contentsOf: lines[0].prefix(Int.random(in: 0...20, using: &random)), at: place)
        }
      }
      let record = LogLineReader().read(bytes, origin: origin, readAt: readAt)
      #expect(record.raw == bytes)
      #expect(record.at <= readAt + .seconds(60))
      #expect(record == LogLineReader().read(bytes, origin: origin, readAt: readAt), "the same line gives the same record")
    }
  }
}

@Suite struct CRILineTests {
  private func parse(_ text: String) -> (line: CRILine, text: String)? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      CRILine(buffer).map { ($0, String(decoding: buffer[$0.text], as: UTF8.self)) }
    }
  }

  @Test func reads() throws {
    let whole = try #require(parse("2018-01-22T14:04:11.318123456Z stdout F hello  world "))
    #expect(whole.line.at.rfc3339(.nanoseconds) == "2018-01-22T14:04:11.318123456Z")
    #expect(whole.text == "hello  world ")
    #expect(!whole.line.isPartial && whole.line.stream == "stdout")
    let part = try #require(parse("2018-01-22T15:04:11.318+01:00 stderr P:x:y a"))
    #expect(part.line.isPartial && part.line.stream == "stderr" && part.text == "a")
    #expect(parse("2018-01-22T14:04:11.318123456Z stdout F ")?.text == "")
    #expect(parse("2018-01-22T14:04:11.318123456Z stdout F")?.text == "")
    #expect(parse("2018-01-22T14:04:11Z stdout F x")?.text == "x")
  }

  @Test(arguments: [
    "", "hello", "2018-01-22T14:04:11.3Z stdin F x", "2018-01-22T14:04:11.3Z stdout X x", "2018-01-22T14:04:11.3Z stdout Fx",
    "2018-13-22T14:04:11.3Z stdout F x", #"{"@timestamp":"2018-01-22T14:04:11.318Z"}"#, "2018-01-22T14:04:11.318Z stdout",
  ]) func refuses(text: String) { #expect(parse(text) == nil) }

  @Test func joinsPartsPerStream() {
    var joiner = CRIJoiner()
    var wholes: [String] = []
    for text in ["stdout P ab", "stderr P 12", "stdout P cd", "stderr F 34", "stdout F ef", "stdout F gh"] {
      let bytes = Array("2018-01-22T14:04:11.318Z \(text)".utf8)
      bytes.withUnsafeBufferPointer { buffer in
        guard let line = CRILine(buffer), let whole = joiner.take(line, buffer) else { return }
        wholes.append((whole.isError ? "e" : "o") + String(decoding: whole.text, as: UTF8.self))
      }
      // Stopping and going on at any place changes nothing.
      joiner = CRIJoiner(partials: joiner.partials)
    }
    #expect(wholes == ["e1234", "oabcdef", "ogh"])
    #expect(joiner.isEmpty)
  }

  @Test func cutsWhatIsTooLong() {
    var joiner = CRIJoiner()
    let part = Array("2018-01-22T14:04:11.318Z stdout P ".utf8) + [UInt8](repeating: 0x61, count: 100_000)
    for _ in 0..<5 { part.withUnsafeBufferPointer { buffer in _ = CRILine(buffer).flatMap { joiner.take($0, buffer) } } }
    let whole = joiner.finish().first
    #expect(whole?.text.count == LogLineReader.longestLine)
    #expect(whole?.wasCut == true)
  }
}
