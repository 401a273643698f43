import TelemetryModel
import TestSupport
import Testing
import TimeFormat

private let now = Timestamp(rfc3339: "2018-01-22T14:05:00Z") ?? Timestamp(seconds: 0)
private func parse(_ text: String) throws(LogQueryError) -> LogQuery { try LogQueryParser.parse(text, now: now) }

@Suite struct LogQueryParserTests {
  @Test(
    arguments: [
      ("", []),
      ("request:abc", [.requestID("abc")]),
      ("7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f", [.requestID("7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f")]),
      (
        "service:orders level:>=warn status:5xx",
        [.field("service", .equal, "orders"), .field("level", .atLeast, "WARN"), .field("status", .equal, "5xx")]
      ),
      ("reqDurationMicros:>1000 a.b:!=x", [.field("reqDurationMicros", .above, "1000"), .field("a.b", .notEqual, "x")]),
      (#"msg:"a b" "card \"x\" declined""#, [.field("msg", .equal, "a b"), .text(#"card "x" declined"#)]),
      ("/time(d )?out/ /billing/reports", [.regex("time(d )?out"), .text("/billing/reports")]),
      (#"/a\/b\d/"#, [.regex(#"a/b\d"#)]),
      ("-debug !level:INFO NOT x", [.not(.text("debug")), .not(.field("level", .equal, "INFO")), .not(.text("x"))]),
      ("a OR b OR c d", [.any([.text("a"), .text("b"), .text("c")]), .text("d")]),
      ("(a OR -b) AND c", [.any([.text("a"), .not(.text("b"))]), .text("c")]),
      ("(a b) OR c", [.any([.not(.any([.not(.text("a")), .not(.text("b"))])), .text("c")])]),
      ("http://orders:8080/x 14:04:11", [.text("http://orders:8080/x"), .text("14:04:11")]),
      ("request:!=abc", [.not(.requestID("abc"))]),
    ] as [(String, [LogQuery.Condition])]) func parses(text: String, conditions: [LogQuery.Condition]) throws
  {
    #expect(try parse(text).conditions == conditions)
  }

  @Test func options() throws {
    let query = try parse("since:15m until:14:04 order:newest limit:50")
    #expect(query.range == (now - .seconds(900))..<(now - .seconds(60)))
    #expect(query.order == .newestFirst)
    #expect(query.limit == 50)
    #expect(try parse("since:2018-01-22").range?.lowerBound.rfc3339(.seconds) == "2018-01-22T00:00:00Z")
    #expect(try parse("until:2018-01-22T14:00:00+01:00").range?.upperBound.rfc3339(.seconds) == "2018-01-22T13:00:00Z")
  }

  @Test(
    arguments: [
      ("level:WARNIG", 1, "level:WARNING"), ("a level:>=EROR x level:quux", 18, nil), ("status:6xx", 1, "status:5xx"),
      ("since:yesterday", 1, "since:15m"),
      ("order:newst", 1, "order:newest"), ("limit:0", 1, "limit:100"), ("a \"b", 3, "\"b\""), ("(a OR b", 1, "(a OR b)"),
      ("a )", 3, "quotes around it, if it is text"),
      ("a OR", 3, nil), ("OR a", 1, nil), ("a -", 3, "quotes around it, if it is text"), ("()", 1, nil),
      ("Error: x", 1, "\"Error:\" to search for the text"),
      ("a OR since:5m", 6, nil), ("\"\"", 1, nil), ("request:>x", 1, "request:x"), ("since:5m until:10m", 10, nil),
    ] as [(String, Int, String?)]) func saysWhatIsWrong(text: String, column: Int, suggestion: String?) throws
  {
    do {
      Issue.record("\(try parse(text)) came of it")
    } catch {
      #expect(error.problems.first?.column == column)
      #expect(error.problems.first?.suggestion == suggestion)
      #expect(error.problems.count == 1)
    }
  }

  @Test func allProblemsAtOnce() {
    #expect { try parse("level:LOUD x limit:none \"open") } throws: { error in
      (error as? LogQueryError)?.problems.map(\.column) == [1, 14, 25]
    }
  }

  @Test func printsWhatItParses() throws {
    var random = SeededGenerator(seed: 29)
    for _ in 0..<5000 {
      var query = LogQuery((0..<Int.random(in: 0...4, using: &random)).map { _ in condition(&random, depth: 3) })
      if Bool.random(using: &random) { query.order = .newestFirst }
      if Bool.random(using: &random) { query.limit = Int.random(in: 1...5000, using: &random) }
      if Bool.random(using: &random) { query.range = Timestamp(milliseconds: 1_516_000_000_123)..<Timestamp(nanoseconds: .max) }
      let text = query.text
      let again = try parse(text)
      #expect(again.text == text)
      #expect(again == query, "\(text)")
    }
  }

  private func condition(_ random: inout SeededGenerator, depth: Int) -> LogQuery.Condition {
    let texts = [
      "a", "card declined", "x:y", "\"", "\\", "-a", "!", "/", "(", ")", "OR", "NOT", "é😀", "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f", "a/b",
      ">=x", "//x",
    ]
    let text = texts[Int.random(in: 0..<texts.count, using: &random)]
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .requestID(text)
    case 1: return .text(text)
    case 2: return .regex(["a b", "x+", "[(]", "\\d\\\\", "a\"b"][Int.random(in: 0..<5, using: &random)])
    case 3:
      let comparisons: [LogQuery.Comparison] = [.equal, .notEqual, .atLeast, .atMost, .above, .below]
      return .field(
        ["service", "pod", "reqPath", "a.b"][Int.random(in: 0..<4, using: &random)], comparisons[Int.random(in: 0..<6, using: &random)],
        text)
    case 4: return .not(condition(&random, depth: depth - 1))
    default:
      return .any((0..<Int.random(in: 2...3, using: &random)).map { _ in condition(&random, depth: depth - 1) })
    }
  }

  @Test func anyTextIsParsedOrExplained() {
    var random = SeededGenerator(seed: 31)
    let pieces = [
      "a", " ", "\"", "/", "(", ")", "-", "!", ":", "OR", "level:", ">=", "\\", "é", "since:", "5m", "status:", "*", "request:",
    ]
    for _ in 0..<50_000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
      do {
        let query = try parse(text)
        #expect((try? parse(query.text))?.text == query.text, "\(text) became \(query.text)")
      } catch {
        #expect(!error.problems.isEmpty && error.problems.allSatisfy { $0.column >= 1 && $0.column <= text.count + 1 })
      }
    }
  }
}

@Suite struct LogMatcherTests {
  private let record = LogRecord(
    at: now, level: .warn, service: "orders", message: "Card declined", requestID: "r-1",
    origin: LogOrigin(cluster: "ground", namespace: "shop", pod: "orders-1", podUID: "u", container: "orders", restart: 2),
    raw: Array(
      #"{"logMessage":"Card declined","reqStatusCode":503,"user":{"name":"ann","tags":[1]},"a.b":"dotted","n":null,"big":1e3}"#.utf8))

  private func matches(_ text: String) throws -> Bool {
    try parse(text).matches(record) { pattern throws(LogQueryError) in
      let literal = Array(pattern.utf8)
      return { bytes in
        bytes.count >= literal.count && (0...bytes.count - literal.count).contains { bytes[$0..<$0 + literal.count].elementsEqual(literal) }
      }
    }
  }

  @Test(arguments: [
    "", "request:r-1", "declined", "CARD", "\"card DECLINED\"", "service:orders", "service:ord*", "service:*ders", "service:*",
    "level:WARN", "level:>=INFO",
    "level:<ERROR", "level:!=ERROR", "status:503", "status:5xx", "status:>=500", "status:!=4xx", "pod:orders-*", "namespace:shop",
    "ns:shop", "cluster:ground",
    "container:orders", "restart:>=2", "user.name:ann", "a.b:dotted", "big:1000", "missing:!=x", "-missing:*", "-nothing",
    "nothing OR declined", "(nothing OR card) level:WARN",
    "/Card/", "-/card/", "(card declined) OR x", "since:1m", "-(x OR y)", "message:Card*", "user.tags:*", "-n:*",
  ]) func holds(text: String) throws { #expect(try matches(text)) }

  @Test(arguments: [
    "request:r-2", "nothing", "service:order", "service:ord*x", "level:ERROR", "level:>WARN", "status:4xx", "status:!=5xx", "status:<500",
    "pod:billing-*",
    "user.name:bob", "missing:x", "missing:*", "-declined", "nothing OR missing:x", "/card/", "(card nothing) OR x", "until:1m", "user:ann",
    "n:*", "big:1001",
  ]) func doesNotHold(text: String) throws { #expect(try !matches(text)) }

  @Test func textIsFoundWhereverItStands() {
    var random = SeededGenerator(seed: 37)
    let alphabet = Array("aAbB@`[{é".utf8)
    func fold(_ bytes: [UInt8]) -> [UInt8] { bytes.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 } }
    for _ in 0..<20_000 {
      let hay = (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet[Int.random(in: 0..<8, using: &random)] }
      let needle = (0..<Int.random(in: 0...3, using: &random)).map { _ in alphabet[Int.random(in: 0..<8, using: &random)] }
      let expected =
        needle.isEmpty
        || hay.count >= needle.count && (0...hay.count - needle.count).contains { fold(Array(hay[$0..<$0 + needle.count])) == fold(needle) }
      let found = hay.withUnsafeBufferPointer { TextNeedle(String(decoding: needle, as: UTF8.self)).isIn($0) }
      #expect(found == expected)
    }
  }
}
