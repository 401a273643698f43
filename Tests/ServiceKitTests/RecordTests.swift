import Foundation
import JSONBytes
import LogStandard
import Logging
import ServiceKit
import Testing

/// Collects what is written to a sink.
final class CapturedLines: Sendable {
  private let path: String
  private let descriptor: Int32
  let sink: LineSink

  init() {
    path = NSTemporaryDirectory() + "/lines-\(UUID().uuidString)"
    descriptor = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0o600)
    sink = LineSink(descriptor: descriptor)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  var lines: [String] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  var records: [JSONObject] { lines.compactMap { (try? JSONValue(parsing: $0))?.objectValue } }

  func logger(_ profile: LogProfile = .json, level: Logger.Level = .debug) -> Logger {
    Logger(label: "test") { label in
      StandardLogHandler(label: label, identity: testIdentity, profile: profile, level: level, sink: self.sink)
    }
  }
}

let testIdentity = ServiceIdentity(
  name: "orders", version: "7", instance: "orders-7f9c-x2", type: "sales", location: "fra", repository: "shop", runID: "run-1")

@Suite struct RecordTests {
  @Test(arguments: [LogProfile.json, .local(colors: false), .plain])
  func noMessageForgesALineOrOrdersATerminal(profile: LogProfile) {
    let captured = CapturedLines()
    let text = "Charged e-1\r\n14:04:11.318 ERROR forged\u{1b}[2J\u{9b}2J\u{2028}\u{202e}\u{0}"
    captured.logger(profile).info("\(text)", metadata: ["entryId": .string(text)])
    #expect(captured.lines.count == 1)
    let hasHidden = captured.lines.joined().unicodeScalars.contains { $0.properties.generalCategory == .control }
    #expect(!hasHidden, "\(captured.lines)")
  }

  @Test func everyRecordIsValidWhateverItSays() {
    let captured = CapturedLines()
    let logger = captured.logger()
    logger.info("Order received")
    logger.warning("")
    logger.error("{\"a\":1}")
    logger.debug("two\nlines \u{1b}[31m and \"quotes\" \u{0}")
    logger.info(
      "Keys that collide.",
      metadata: [
        "logLevel": "LOUD", "@timestamp": "yesterday", "reqSecret": "x", "trace_id": "zz", "duration": .stringConvertible(3), "": "e",
        "count": .stringConvertible(3), "flag": .stringConvertible(true), "list": ["a", "b"], "tree": ["k": "v"],
      ])
    #expect(captured.lines.count == 5)
    for line in captured.lines { #expect(LogLineValidator.validate(line).isEmpty, "\(line)") }
    let last = captured.records.last
    #expect(last?["logLevel"]?.stringValue == "INFO")
    #expect(last?["app.logLevel"]?.stringValue == "LOUD")
    #expect(last?["count"]?.intValue == 3)
    #expect(last?["logRequestId"]?.stringValue == "run-1")
    #expect(last?["logServiceInstance"]?.stringValue == "orders-7f9c-x2")
    #expect(last?["logClassName"]?.stringValue == "RecordTests")
    #expect(last?["logMethodName"]?.stringValue == "everyRecordIsValidWhateverItSays")
  }

  @Test func recordsCarryTheCurrentRequest() {
    let captured = CapturedLines()
    CurrentRequest.$id.withValue("abc") { captured.logger().info("Within.") }
    #expect(captured.records.first?["logRequestId"]?.stringValue == "abc")
  }

  @Test func secretsAreMasked() {
    let captured = CapturedLines()
    captured.logger().info("Login with password=hunter2 failed.", metadata: ["apiToken": "tk-12345", "deep": ["password": "hunter2"]])
    let line = captured.lines.joined()
    #expect(!line.contains("hunter2") && !line.contains("tk-12345"))
    #expect(LogLineValidator.validate(line).isEmpty)
  }

  @Test func localProfileIsNarrativeFirst() {
    let captured = CapturedLines()
    captured.logger(.local(colors: false)).info("Order received", metadata: ["orderId": "o-1"])
    let line = captured.lines.joined()
    #expect(line.contains("INFO  Order received  orders run-1  orderId=o-1"))
  }

  @Test func longLinesFromManyThreadsStayWhole() async {
    var ends: [Int32] = [0, 0]
    _ = pipe(&ends)
    let (reading, writing) = (ends[0], ends[1])
    let sink = LineSink(descriptor: writing)
    let reader = Task.detached { () -> [UInt8] in
      var all: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = read(reading, &buffer, buffer.count)
        if count <= 0 { return all }
        all += buffer[..<count]
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for length in [10, 5000, 20000, 100] { sink.write([UInt8](repeating: UInt8(ascii: "a") + UInt8(writer), count: length)) }
        }
      }
    }
    close(writing)
    let lines = await reader.value.split(separator: UInt8(ascii: "\n"))
    close(reading)
    #expect(lines.count == 16)
    for line in lines { #expect(Set(line).count == 1) }
  }
}
