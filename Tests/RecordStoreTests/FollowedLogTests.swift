import Ingest
import TelemetryModel
import Testing
import TimeFormat

@Suite("Followed log") struct FollowedLogTests {
  private let now = Timestamp(rfc3339: "2018-01-22T15:00:00Z")!

  private func log(restart: Int = 0) -> FollowedLog {
    FollowedLog(cluster: "prod", namespace: "shop", pod: "orders-1", uid: "u1", container: "main", restart: restart)
  }

  private func line(_ text: String, at: String) -> [UInt8] { Array("2018-01-22T14:04:\(at)Z \(text)".utf8) }

  /// The texts of what is taken as records.
  private func take(_ lines: [[UInt8]], into log: inout FollowedLog) -> [String] {
    lines.compactMap { line in
      guard case .record(let record, _) = log.take(line, now: now) else { return nil }
      return String(decoding: record[0].raw, as: UTF8.self)
    }
  }

  @Test("a line is a record of its container with the time of its writing")
  func reads() throws {
    var log = log(restart: 3)
    guard case .record(let records, afterGap: false) = log.take(line("hello world", at: "11.5"), now: now) else {
      Issue.record("expected a record")
      return
    }
    let record = records[0]
    #expect(record.message == "hello world" && record.at == Timestamp(rfc3339: "2018-01-22T14:04:11.5Z"))
    #expect(record.origin == LogOrigin(cluster: "prod", namespace: "shop", pod: "orders-1", podUID: "u1", container: "main", restart: 3))
    guard case .words(let words) = log.take(Array("unable to retrieve container logs for containerd://1".utf8), now: now) else {
      Issue.record("expected the server's words")
      return
    }
    #expect(words.hasPrefix("unable to retrieve"))
  }

  @Test("asked for again from a whole second, each line comes once, also those of one time and those that are equal")
  func resumes() {
    let all = [
      line("a", at: "10.1"), line("b", at: "12.2"), line("same", at: "12.5"), line("same", at: "12.5"), line("c", at: "12.5"),
      line("same", at: "12.5"), line("d", at: "12.9"),
    ]
    for cut in 0...all.count {
      var log = log()
      var texts = take(Array(all[..<cut]), into: &log)
      let since = log.connect()
      // As the server does it: whole lines of that second and later.
      let again = all.filter { line in
        guard let since, let at = line.withUnsafeBufferPointer({ Timestamp(rfc3339: UnsafeBufferPointer(rebasing: $0[..<22])) }) else {
          return true
        }
        return at >= since
      }
      texts += take(again, into: &log)
      #expect(texts == ["a", "b", "same", "same", "c", "same", "d"], "cut after \(cut)")
    }
  }

  @Test("a log that is stored goes on as if it had not been")
  func restores() throws {
    var first = log(restart: 2)
    _ = take([line("a", at: "12.5"), line("b", at: "12.5")], into: &first)
    var second = try #require(FollowedLog(first.position, cluster: "prod"))
    #expect(second.restart == 2 && second.place == first.place && second.podUID == "u1" && second.container == "main")
    #expect(second.connect() == Timestamp(rfc3339: "2018-01-22T14:04:11Z"))
    #expect(take([line("a", at: "12.5"), line("b", at: "12.5"), line("c", at: "12.5")], into: &second) == ["c"])
    #expect(FollowedLog(first.position, cluster: "other") == nil)
    #expect(FollowedLog(TailPosition(folder: "/var/log/pods/a_b_c/d", inode: 1, name: "0.log", offset: 0), cluster: "prod") == nil)
  }

  @Test("a log that does not begin with what was read last is another one, or was rotated")
  func surprises() {
    var log = log()
    _ = take([line("a", at: "12.5")], into: &log)
    _ = log.connect()
    guard case .unexpected = log.take(line("later", at: "30"), now: now) else {
      Issue.record("expected a surprise")
      return
    }
    _ = log.connect(acceptsAnything: true)
    guard case .record(_, afterGap: true) = log.take(line("later", at: "30"), now: now) else {
      Issue.record("expected a record after a gap")
      return
    }
    guard case .record(_, afterGap: false) = log.take(line("and on", at: "30"), now: now) else {
      Issue.record("expected a record")
      return
    }
  }

  @Test("a server that takes no time sends everything, and nothing comes twice")
  func whole() {
    let all = (10..<40).map { line("n\($0)", at: "\($0).25") }
    var log = log()
    _ = take(Array(all[..<20]), into: &log)
    #expect(log.connect(isWhole: true) == nil)
    #expect(take(all, into: &log) == (30..<40).map { "n\($0)" })
  }

  @Test("of a container that writes thousands of lines a second nothing is lost or doubled either")
  func loud() {
    let all = (0..<12_000).map { number in
      line("n\(number)", at: "12." + String(String(1_000_000_000 + number * 50_000).dropFirst()))
    }
    var log = log()
    #expect(take(Array(all[..<9000]), into: &log).count == 9000)
    _ = log.connect()
    #expect(take(all, into: &log) == (9000..<12_000).map { "n\($0)" })
    #expect(log.position.partials[0].text.count <= 4096 * 16)
  }
}
