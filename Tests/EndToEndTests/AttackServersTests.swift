import Foundation
import Glibc
import JSONBytes
import Synchronization
import Testing

/// API servers that are slow, wrong, silent or hostile: periplus says so in a sentence, in time and within its memory.
@Suite("Attack by API servers", .serialized)
struct AttackServersTests {
  private static let emptyList = #"{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"10"},"items":[]}"#

  private func withServer(
    _ answer: @escaping RudeServer.Answer, _ body: (_ server: RudeServer, _ environment: [String: String], _ home: String) throws -> Void
  ) throws {
    let server = try RudeServer(answer)
    defer { server.stop() }
    let folder = try ScratchFolder("server")
    let config = """
      clusters: [{name: c, cluster: {server: "\(server.url)"}}]
      users: [{name: u, user: {token: a-token-of-this-cluster-alone}}]
      contexts: [{name: far, context: {cluster: c, user: u}}]
      """
    try config.write(toFile: "\(folder.path)/config", atomically: true, encoding: .utf8)
    try body(server, ["PERIPLUS_HOME": "\(folder.path)/home", "KUBECONFIG": "\(folder.path)/config"], "\(folder.path)/home")
  }

  struct Rude: Sendable, CustomTestStringConvertible {
    var name: String
    /// What the reason has to say. Of a server that floods, the command may have had enough before it has read so much.
    var reason: String
    var floods: Bool { reason.hasPrefix("more than") }
    var answer: RudeServer.Answer
    var testDescription: String { name }

    init(_ name: String, _ reason: String, _ answer: @escaping RudeServer.Answer) {
      (self.name, self.reason, self.answer) = (name, reason, answer)
    }
  }

  /// Nobody sends forever: as much as the client takes, at most so many times.
  private static func flood(_ wire: RudeServer.Wire, _ text: String, times: Int = 10_000, chunked: Bool) -> Bool {
    for _ in 0..<times { guard chunked ? wire.chunk(text) : wire.send(text) else { return false } }
    return false
  }

  static let rude: [Rude] = [
    Rude("says nothing", "it has not answered yet") { _, wire in
      wire.keepSilent()
      return false
    },
    Rude("closes at once", "closed the connection") { _, _ in false },
    Rude("is a web page", "cannot be read: expected an object") { _, wire in wire.answer("<html><h1>Sign in</h1></html>", type: "text/html")
    },
    Rude("sends bytes at random", "cannot be read") { _, wire in wire.answer(String(repeating: "\u{1}\u{7F}é", count: 5000)) },
    Rude("ends in the middle of its JSON", "cannot be read") { _, wire in wire.answer(#"{"kind":"PodList","items":[{"metadata":{"na"#) },
    Rude("ends in the middle of its body", "the connection") { _, wire in
      wire.answer("{", length: 5000)
      return false
    },
    Rude("has wrong chunks", "the connection") { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZZ\r\nhello\r\n")
      return false
    },
    Rude("speaks another protocol", "the connection") { _, wire in
      wire.send("SSH-2.0-OpenSSH_9.0\r\n")
      return false
    },
    Rude("sends a byte a second", "it has not answered yet") { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while wire.send(" ") { wire.pause(milliseconds: 1000) }
      return false
    },
    Rude("has a body without an end", "more than 16 MiB") { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n{\"items\":[")
      return flood(wire, String(repeating: #"{"metadata":{"name":"a"}},"#, count: 4000), chunked: false)
    },
    Rude("has a string without an end", "more than 16 MiB") { _, wire in
      wire.begin()
      wire.chunk(#"{"items":[""#)
      return flood(wire, String(repeating: "x", count: 100_000), chunked: true)
    },
    Rude("has a head without an end", "the connection") { _, wire in
      wire.send("HTTP/1.1 200 OK\r\n")
      return flood(wire, "X-A: \(String(repeating: "y", count: 1000))\r\n", chunked: false)
    },
    Rude("has a list that goes on with the same page", "does not end the list") { _, wire in
      wire.answer(#"{"metadata":{"resourceVersion":"1","continue":"again"},"items":[]}"#)
    },
    Rude("sends elsewhere", "sends elsewhere (HTTP 302") { _, wire in
      wire.answer("", status: "302 Found", fields: "Location: http://127.0.0.2:1/secret\r\n")
    },
    Rude("fails at length", "HTTP 500") { _, wire in
      wire.answer(String(repeating: "oops ", count: 100_000), status: "500 Oops", type: "text/plain")
    },
    Rude("wants to be asked later", "slow down") { _, wire in
      wire.answer(
        #"{"kind":"Status","message":"slow down","code":429}"#, status: "429 Too Many Requests",
        fields: "Retry-After: 99999999999999999999\r\n")
    },
    Rude("is a million levels deep", "cannot be read") { _, wire in wire.answer(String(repeating: "[", count: 1_000_000)) },
    Rude("has a list of anything", "cannot be read") { _, wire in
      wire.answer(#"{"kind":7,"metadata":{"resourceVersion":{}},"items":[{"metadata":1},{"metadata":{"name":[]}},1,null,"x",[]]}"#)
    },
  ]

  @Test("a server that is not one is told of in a sentence, within seconds and some hundred MiB", arguments: rude)
  func sentence(server: Rude) throws {
    try withServer(server.answer) { _, environment, _ in
      for command in ["health", "nodes"] {
        let run = try Program.measured([command, "--context", "far", "--json"], environment, limit: 40)
        #expect(run.outcome.status == 3, "\(command): \(run.outcome.status) \(run.text)")
        let said = run.outcome.lines.first { $0.hasPrefix(#"{"type":"cluster","cluster":"far","status":"unknown""#) } ?? ""
        let isReason = said.contains(server.reason) || server.floods && said.contains("it has not answered yet")
        #expect(isReason, "\(command): \(said)")
        #expect(run.seconds < 15 && run.peak < 500, "\(command): \(run.seconds) s, \(run.peak) MiB")
      }
    }
  }

  /// Every number of the API at its limits and beyond, negative, and moments that no clock has.
  private static let extreme: String = {
    var items: [String] = []
    for time in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00.999999999Z"] {
      for number in ["-9223372036854775808", "9223372036854775807", "-1", "0", "1e300", "99999999999999999999"] {
        for quantity in ["-5", "1e300", "1e-9223372036854775808", "9223372036854775807Ei"] {
          let id = items.count
          items.append(
            """
            {"metadata":{"name":"a-\(id)","namespace":"b","uid":"u\(id)","creationTimestamp":"\(time)","deletionTimestamp":"\(time)",\
            "resourceVersion":"18446744073709551615","generation":\(number),"deletionGracePeriodSeconds":\(number),\
            "annotations":{"deployment.kubernetes.io/revision":"\(number)","deployment.kubernetes.io/desired-replicas":"\(number)"}},\
            "spec":{"replicas":\(number),"completions":\(number),"parallelism":\(number),"backoffLimit":\(number),\
            "ordinals":{"start":\(number)},"ports":[{"port":\(number)}],"priority":\(number),\
            "containers":[{"name":"x","resources":{"requests":{"cpu":"\(quantity)","memory":"\(quantity)"},"limits":{"memory":"\(quantity)"}}}],\
            "overhead":{"cpu":"\(quantity)","memory":"\(quantity)"},"nodeName":"a-0","template":{"spec":{"containers":[]}}},\
            "status":{"phase":"Running","replicas":\(number),"readyReplicas":\(number),"availableReplicas":\(number),"numberReady":\(number),\
            "desiredNumberScheduled":\(number),"succeeded":\(number),"failed":\(number),"active":\(number),\
            "allocatable":{"cpu":"\(quantity)","memory":"\(quantity)","pods":"\(quantity)"},\
            "containerStatuses":[{"name":"x","restartCount":\(number),"state":{"waiting":{"reason":"CrashLoopBackOff"}},\
            "lastState":{"terminated":{"reason":"OOMKilled","exitCode":\(number),"startedAt":"\(time)","finishedAt":"\(time)"}}}]},\
            "count":\(number),"series":{"count":\(number)},"firstTimestamp":"\(time)","lastTimestamp":"\(time)","reason":"BackOff",\
            "involvedObject":{"kind":"Pod","namespace":"b","name":"a-0","uid":"u0"}}
            """)
        }
      }
    }
    return #"{"metadata":{"resourceVersion":"18446744073709551615"},"items":[\#(items.joined(separator: ","))]}"#
  }()

  @Test("numbers, quantities and times beyond any range are shown, or brought into it; nothing traps")
  func extremes() throws {
    let list = Self.extreme
    try withServer({ target, wire in
      guard target.contains("watch=1") else { return wire.answer(list) }
      wire.begin()
      wire.keepSilent()
      return false
    }) { _, environment, home in
      for command in [["health"], ["nodes"], ["health", "--json"], ["nodes", "--json"]] {
        let run = try Program.measured(command + ["--context", "far"], environment)
        #expect((0...1).contains(run.outcome.status), "\(command): \(run.outcome.status) \(run.text.suffix(300))")
      }
      let recorder = try Recorder(environment, log: "\(home)-log")
      defer { recorder.end() }
      try recorder.wait("its feed runs") { try Program.measured(["status"], environment).text.contains("feed          far       running") }
      let ledger = try Program.measured(["reschedules", "--json"], environment)
      #expect(ledger.outcome.status == 0 && recorder.isAlive, "\(ledger.text.suffix(300)) \(recorder.said)")
    }
  }

  @Test("a server that falls silent is told of with the age of its last answer, and ctrl-c ends the recorder")
  func silence() throws {
    let isSilent = Flag()
    try withServer({ target, wire in
      if isSilent.isSet {
        wire.keepSilent()
        return false
      }
      guard target.contains("watch=1") else { return wire.answer(Self.emptyList) }
      wire.begin()
      wire.keepSilent()
      return false
    }) { server, environment, home in
      let recorder = try Recorder(environment, log: "\(home)-log")
      defer { recorder.end() }
      try recorder.wait("its feed runs") { try Program.measured(["status"], environment).text.contains("feed          far       running") }
      isSilent.set()
      try recorder.wait("the silence is told", seconds: 40) {
        try Program.measured(["status"], environment).text.contains("k8s of far: \(server.url) does not answer")
      }
      let lines = try Program.measured(["status", "--json"], environment).outcome.json()
      let source = try #require(lines.first?["sources"]?.arrayValue?.first { $0["name"]?.stringValue == "k8s" })
      #expect(source["currentAt"]?.stringValue != nil)
      kill(recorder.pid, SIGINT)
      let status = Spawn.wait(recorder.pid, limit: 15)
      #expect(status == 0, "\(status) \(recorder.said)")
    }
  }

  @Test("watches that expire at once are asked for ever more rarely, and lines that are no events are counted")
  func expiring() throws {
    try withServer({ target, wire in
      guard target.contains("watch=1") else { return wire.answer(Self.emptyList) }
      wire.begin()
      for line in [#"{"object":{}}"#, #"{"type":"NOVEL","object":{}}"#, "[]", "12", "garbage", #"{"type":"ADDED","object":[]}"#] {
        wire.chunk(line + "\n")
      }
      wire.chunk(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}"# + "\n")
      wire.send("0\r\n\r\n")
      return true
    }) { server, environment, home in
      let recorder = try Recorder(environment, log: "\(home)-log")
      defer { recorder.end() }
      try recorder.wait("the expiry is told") { try Program.measured(["status"], environment).text.contains("too old resource version") }
      let lines = try Program.measured(["status", "--json"], environment).outcome.json()
      let source = try #require(lines.first?["sources"]?.arrayValue?.first { $0["name"]?.stringValue == "k8s" })
      #expect((source["dropped"]?.intValue ?? 0) > 0)
      // Ten seconds of a loop without growing waits are some hundred lists and watches.
      let before = server.requests
      try recorder.wait("ten seconds have passed", seconds: 12) { recorder.age > 12 }
      #expect(server.requests - before < 250 && recorder.isAlive, "\(server.requests - before) requests")
    }
  }
}

/// Something that has happened, for the threads of a server.
private final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}

/// A recorder in the foreground of a home.
private final class Recorder {
  let pid: pid_t
  private let log: String
  private let began = ContinuousClock.now

  init(_ environment: [String: String], log: String) throws {
    self.log = log
    try Data().write(to: URL(filePath: log))
    let (program, words) = Program.command(Program.binaries.appending(path: "periplus").path, ["record", "--context", "far"])
    let variables = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(environment) { $1 }
    pid = try Spawn.start([program.path] + words, variables.map { "\($0.key)=\($0.value)" }, input: "/dev/null", output: log, errors: log)
  }

  /// Seconds since it was started.
  var age: Double { (ContinuousClock.now - began) / .seconds(1) }
  var said: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
  var isAlive: Bool { FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")?.isEmpty == false }

  func wait(_ what: String, seconds: Double = 20, until isThere: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try isThere() { return }
      Thread.sleep(forTimeInterval: 0.3)
    }
    Issue.record("not within \(seconds) s: \(what); \(said)")
  }

  func end() {
    guard isAlive else { return }
    kill(pid, SIGTERM)
    _ = Spawn.wait(pid, limit: 20)
  }
}
