import Foundation
import Ingest
import LogStandard
import RecordStore
import TelemetryModel
import Testing
import TimeFormat

@Suite(.serialized) struct ZZBench {
  @Test func measure() async throws {
    let clock = ContinuousClock()
    let fixture = StoreFixture()
    func line(_ n: Int) -> String {
      let id = String(format: "%08x-59f4-4b7e-9d0c-0a1b2c3d4e5f", (n / 8) &* 2654435761 & 0xffffffff)
      return
        "{\"@timestamp\":\"\(Timestamp(milliseconds: 1_516_629_851_000 + Int64(n) / 4).rfc3339())\",\"logLevel\":\"INFO\",\"logMessage\":\"Charged the card of order \(n)\",\"logRequestId\":\"\(id)\",\"logServiceName\":\"billing\",\"logServiceVersion\":\"1.4.2\",\"logServiceInstance\":\"billing-7c9d-x\",\"logCategory\":\"apiResponse\",\"reqStatusCode\":200,\"reqDurationMicros\":\(n % 9999)}"
    }
    let lines = (0..<20000).map { Array(line($0).utf8) }
    print("BENCH bytes per line", lines[0].count)
    let origin = LogOrigin(cluster: "g", namespace: "s", pod: "billing-1", podUID: "u", container: "billing")
    var count = 0
    var start = clock.now
    for _ in 0..<5 { for l in lines { if SecretMasker.mask(l) != nil { count += 1 } } }
    print("BENCH mask ns", (clock.now - start) / 100_000, count)
    start = clock.now
    for _ in 0..<5 { for l in lines { count += LogLineReader().read(l, origin: origin, readAt: fixture.now).message.utf8.count } }
    print("BENCH read ns", (clock.now - start) / 100_000, count)
    start = clock.now
    for _ in 0..<5 { for l in lines { count += LogLineValidator.validate(l).count } }
    print("BENCH validate ns", (clock.now - start) / 100_000, count)
    var text: [UInt8] = []
    for n in 0..<2_000_000 { text += Array(line(n).utf8); text.append(0x0A) }
    fixture.write(text, "big.log")
    let megabytes = Double(text.count) / 1e6
    text = []
    start = clock.now
    let none = try FileIngest().run([fixture.directory + "/big.log"], now: fixture.now) { _ in }
    print("BENCH parse only records/s", Double(none.records) / (clock.now - start).seconds)
    let writer = try fixture.writer()
    start = clock.now
    let summary = try FileIngest().run([fixture.directory + "/big.log"], now: fixture.now) { try writer.append($0) }
    print("BENCH ingest records/s", Double(summary.records) / (clock.now - start).seconds, summary.records, megabytes)
    let reader = fixture.reader
    _ = try await reader.records(matching: LogQuery([.requestID("x")]))
    var times: [Double] = []
    for _ in 0..<2000 {
      let n = Int.random(in: 0..<250_000)
      let id = String(format: "%08x-59f4-4b7e-9d0c-0a1b2c3d4e5f", n &* 2654435761 & 0xffffffff)
      start = clock.now
      let page = try await reader.records(matching: LogQuery([.requestID(id)]))
      times.append((clock.now - start).seconds * 1e6)
      #expect(page.records.count == 8)
    }
    times.sort()
    print("BENCH lookup µs p50", times[1000], "p99", times[1980], "max", times[1999])
    for (name, query) in [
      ("newest 100", LogQuery(order: .newestFirst, limit: 100)), ("text miss", LogQuery([.text("nothing here")])),
      ("regex miss", LogQuery([.regex("noth[i]ng here")])), ("field miss", LogQuery([.field("reqVerb", .equal, "x")])),
      ("level", LogQuery([.field("level", .atLeast, "WARN")])),
      ("text newest", LogQuery([.text("ORDER 19999")], order: .newestFirst, limit: 50)),
    ] {
      start = clock.now
      let page = try await reader.records(matching: query)
      print("BENCH", name, (clock.now - start), page.records.count)
    }
    start = clock.now
    let h = try await reader.histogram(
      matching: LogQuery(), over: Timestamp(milliseconds: 1_516_629_851_000)..<Timestamp(milliseconds: 1_516_630_351_000), buckets: 50)
    print("BENCH histogram", (clock.now - start), h.reduce(0, +))
    start = clock.now
    for _ in 0..<1000 { _ = await reader.revision() }
    print("BENCH revision", (clock.now - start) / 1000)
    start = clock.now
    _ = try await StoreReader(directory: fixture.directory).records(matching: LogQuery([.requestID("x")]))
    print("BENCH open", (clock.now - start))
    let size = try FileManager.default.attributesOfItem(atPath: fixture.directory + "/records.sqlite")[.size] as? Int ?? 0
    print("BENCH size ratio", Double(size) / 1e6 / megabytes)
  }
}
