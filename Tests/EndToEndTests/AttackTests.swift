import Foundation
import GRDB
import Glibc
import JSONBytes
import TestSupport
import Testing

/// An attack on the API of the real daemon, kept as a drill: after each part the same process answers within its time.
@Suite("Attack", .serialized, .onGround)
struct AttackTests {
  /// The daemon still is the process that it was, and answers.
  private func stands(_ ground: GroundFixture, _ daemon: Int32, _ what: String, line: Int = #line) throws {
    let now = ground.processes().filter { $0.command.contains("periplus ground") }.map(\.pid)
    #expect(now == [daemon], "after \(what) the daemon \(daemon) is \(now)")
    let began = ContinuousClock.now
    #expect(
      try RawAPI(ground).send("GET", "/api/v1/namespaces/default", seconds: 10)?.status == 200, "after \(what) the API does not answer")
    #expect(ContinuousClock.now - began < .seconds(5), "after \(what) the API is slow")
  }

  private func daemon(_ ground: GroundFixture) throws -> Int32 {
    try #require(ground.processes().first { $0.command.contains("periplus ground") }).pid
  }

  static func resident(_ pid: Int32) -> Int {
    let fields = (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
  }

  private static func pod(_ name: String, _ container: JSONValue) -> JSONValue {
    [
      "kind": "Pod", "apiVersion": "v1", "metadata": ["name": .string(name)],
      "spec": ["containers": [container], "terminationGracePeriodSeconds": 1],
    ]
  }

  private static let pods = "/api/v1/namespaces/default/pods"
  private static let configMaps = "/api/v1/namespaces/default/configmaps"

  @Test("malformed, huge and forged requests are refused, and nothing else")
  func requests() throws {
    let ground = try #require(GroundFixture.current)
    let pid = try daemon(ground)
    let api = try RawAPI(ground)
    var random = Drill.random("attack")
    let texts = [
      "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\u{0}\u{0}\u{0}\u{0}",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "POST \(Self.pods) HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST \(Self.pods) HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "POST \(Self.pods) HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "POST \(Self.pods) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
      "GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<20_000).map { "X-\($0): y\r\n" }.joined() + "\r\n",
    ]
    for text in texts {
      let connection = try #require(RawConnection(port: api.port))
      connection.send(text.utf8)
      if let answer = RawAPI.answer(connection.receive(seconds: 1)) { #expect((400..<600).contains(answer.status), "\(text.prefix(60))") }
    }
    for _ in 0..<100 {
      let connection = try #require(RawConnection(port: api.port))
      connection.send((0..<Int.random(in: 1...2000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
    // The same as what begins a handshake of TLS.
    for _ in 0..<100 {
      let connection = try #require(RawConnection(port: api.port))
      let record = (0..<Int.random(in: 1...2000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      connection.send([0x16, 3, UInt8.random(in: 0...4, using: &random)] + record)
    }
    try stands(ground, pid, "malformed requests")

    #expect(api.send("POST", Self.configMaps, [UInt8](repeating: 0x20, count: 16 << 20))?.status ?? 413 == 413)
    let levels = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(api.send("POST", Self.configMaps, levels)?.status == 400)
    for body in [
      "", "null", "[]", "7", "\"x\"", "{", "{\"a\":1e999999}", "{\"metadata\":7}", "{\"metadata\":{\"name\":{}}}", "{\"kind\":[]}",
    ] {
      for path in [
        Self.pods, Self.configMaps, "/apis/apps/v1/namespaces/default/deployments", "\(Self.pods)/x/eviction", "\(Self.pods)/x/binding",
      ] {
        let status = api.send("POST", path, Array(body.utf8))?.status
        #expect((400..<500).contains(status ?? 0), "\(path) \(body): \(status ?? 0)")
      }
    }
    for path in [
      "/api/v1/namespaces/default/../../../etc/passwd", "/api/v1/namespaces/%2e%2e/pods/%2e%2e%2f%2e%2e", "/api/v1/%00/pods",
      "//api//v1//pods/x",
      "/api/v1/namespaces/default/pods/x/log/../exec", "/api/v1/namespaces/default/pods/\(String(repeating: "n", count: 5000))",
      "/api/v1/namespaces/default/pods/%E2%80%AE", "/%ff%fe", "/api/v1/namespaces/default/pods/x/exec?command=sh",
    ] {
      let status = api.send("GET", path)?.status
      #expect((400..<500).contains(status ?? 0), "\(path): \(status ?? 0)")
    }
    for authorization in ["", "Bearer", "Bearer x", "Basic \(String(repeating: "=", count: 100))", "Basic eDp4", "Bearer \(api.token)x"] {
      let connection = try #require(RawConnection(port: api.port))
      connection.send("GET /api/v1/pods HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: \(authorization)\r\n\r\n".utf8)
      #expect(RawAPI.answer(connection.receive(seconds: 5))?.status == 401, "\(authorization)")
    }
    for query in [
      "timeoutSeconds=9223372036854775807", "watch=1&resourceVersion=18446744073709551615", "watch=1&timeoutSeconds=-9223372036854775808",
    ] {
      #expect(api.send("GET", "/api/v1/pods?\(query)")?.status == 400, "\(query)")
    }
    try stands(ground, pid, "forged requests")
  }

  @Test("slow and idle clients and watches that nobody reads take neither the API nor the memory")
  func crowds() throws {
    let ground = try #require(GroundFixture.current)
    let pid = try daemon(ground)
    let api = try RawAPI(ground)
    var limit = rlimit(rlim_cur: 8192, rlim_max: 8192)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let idle = (0..<Drill.connections).compactMap { _ in RawConnection(port: api.port) }
    // Half of them begin a handshake of TLS and leave it at that.
    for connection in idle.prefix(idle.count / 2) { connection.send([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]) }
    try stands(ground, pid, "\(idle.count) idle connections")
    let slow = (0..<50).compactMap { _ in RawConnection(port: api.port) }
    for connection in slow {
      connection.send(
        "POST \(Self.configMaps) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(api.token)\r\nContent-Length: 1000\r\n\r\n{".utf8)
    }
    try stands(ground, pid, "slow bodies")

    let before = Self.resident(pid)
    let watches = (0..<Drill.connections).compactMap { _ in RawConnection(port: api.port) }
    for connection in watches { connection.send(api.head("GET", "\(Self.configMaps)?watch=1").utf8) }
    #expect(
      api.send("POST", Self.configMaps, ["metadata": ["name": "loud"], "data": ["v": .string(String(repeating: "x", count: 20_000))]])?
        .status == 201)
    for number in 0..<500 {
      let change: JSONValue = ["data": ["n": .string(String(number))]]
      #expect(api.send("PATCH", "\(Self.configMaps)/loud", change, type: "application/merge-patch+json")?.status == 200)
    }
    let grown = Self.resident(pid) - before
    #expect(grown < 600 << 20, "\(watches.count) watches took \(grown >> 20) MiB")
    try stands(ground, pid, "\(watches.count) watches that nobody reads")
    withExtendedLifetime((idle, slow, watches)) {}
  }

  @Test("fifty writers of one object lose no update")
  func writers() async throws {
    let ground = try #require(GroundFixture.current)
    let pid = try daemon(ground)
    let api = try RawAPI(ground)
    #expect(api.send("POST", Self.configMaps, ["metadata": ["name": "counter"], "data": ["n": "0"]])?.status == 201)
    let conflicts = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask {
          var conflicts = 0
          var left = 5
          while left > 0, conflicts < 10_000 {
            guard var object = api.send("GET", "\(Self.configMaps)/counter")?.body, let text = object.at("data", "n")?.stringValue,
              let number = Int(text)
            else { continue }
            object.set("data", "n", to: .string(String(number + 1)))
            if api.send("PUT", "\(Self.configMaps)/counter", object)?.status == 200 { left -= 1 } else { conflicts += 1 }
          }
          return conflicts
        }
      }
      return await group.reduce(0, +)
    }
    #expect(api.send("GET", "\(Self.configMaps)/counter")?.body.at("data", "n") == "250", "\(conflicts) conflicts")
    try stands(ground, pid, "fifty writers")
  }

  @Test("a container beyond its memory limit is killed for it, whatever session the memory is in", .timeLimit(.minutes(3)))
  func memory() async throws {
    let ground = try #require(GroundFixture.current)
    try ground.addShellImage()
    let api = try RawAPI(ground)
    for (name, command) in [("greedy", "exec tail /dev/zero"), ("hidden", "setsid tail /dev/zero & wait; sleep 600")] {
      let container: JSONValue = [
        "name": "c", "image": "test.local/sh:1", "args": ["-c", .string(command)], "resources": ["limits": ["memory": "64Mi"]],
      ]
      let made = api.send("POST", Self.pods, Self.pod(name, container))
      #expect(made?.status == 201, "\(made?.body.jsonString ?? "")")
      try await ground.eventually(within: 60, "\(name) is killed for its memory") {
        let status = api.send("GET", "\(Self.pods)/\(name)")?.body.at("status", "containerStatuses")?[0]
        let ended = [status?.at("lastState", "terminated"), status?.at("state", "terminated")].compactMap { $0 }
        return ended.contains { $0["reason"] == "OOMKilled" && $0["exitCode"] == 137 }
      }
      #expect(api.send("DELETE", "\(Self.pods)/\(name)")?.status == 200)
    }
  }

  @Test("what once ended the daemon at each start is survived where it is stored", .timeLimit(.minutes(4)))
  func stored() async throws {
    let ground = try #require(GroundFixture.current)
    try ground.addShellImage()
    #expect(try ground.periplus("down", limit: 120).status == 0)
    let containers: [JSONValue] = (0..<300).map { ["name": .string("c\($0)"), "image": "test.local/sh:1", "args": ["-c", "sleep 600"]] }
    let shell: JSONValue = ["name": "c", "image": "test.local/sh:1"]
    var many = Self.pod("many-arguments", shell)
    var wide = shell
    wide["args"] = .array(["-c", "true"] + Array(repeating: "x", count: 200_000))
    many.set("spec", "containers", to: [wide])
    var crowded = Self.pod("many-containers", shell)
    crowded.set("spec", "containers", to: .array(containers))
    var negative = Self.pod("negative", ["name": "c", "image": "test.local/sh:1", "args": ["-c", "sleep 600"]])
    negative.set(
      "spec", "containers",
      to: [
        [
          "name": "c", "image": "test.local/sh:1", "args": ["-c", "sleep 600"],
          "resources": ["requests": ["cpu": "-5", "memory": "1e-9223372036854775808"], "limits": ["memory": "-1"]],
          "livenessProbe": ["exec": ["command": ["true"]], "timeoutSeconds": .int(.max), "periodSeconds": .int(.max)],
        ]
      ])
    negative.set("spec", "terminationGracePeriodSeconds", to: .int(.min))
    var deep: JSONValue = [:]
    for _ in 0..<2000 { deep = ["a": deep] }
    let path = ground.home.appending(path: "ground/state.sqlite").path
    let queue = try DatabaseQueue(path: path)
    let hostile = [many, crowded, negative]
    let nested = deep
    try await queue.write { database in
      for (index, pod) in hostile.enumerated() {
        var pod = pod
        pod.set("metadata", "namespace", to: "default")
        pod.set("metadata", "uid", to: .string("hostile-\(index)"))
        pod.set("metadata", "creationTimestamp", to: "2024-01-01T00:00:00Z")
        pod.set("metadata", "resourceVersion", to: "2")
        pod["status"] = ["phase": "Pending"]
        try database.execute(
          sql: "INSERT OR REPLACE INTO objects VALUES ('pods', 'default', ?, 2, ?)",
          arguments: [pod.at("metadata", "name")?.stringValue ?? "", Data(pod.jsonBytes)])
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO objects VALUES ('configmaps', 'default', 'deep', 2, ?)", arguments: [Data(nested.jsonBytes)])
      let nodes = try Row.fetchAll(database, sql: "SELECT name, json FROM objects WHERE resource = 'nodes'")
      for row in nodes.prefix(1) {
        var node = try JSONValue(parsing: Array(row["json"] as Data))
        node.set("status", "allocatable", to: ["cpu": "-9223372036854775808", "memory": "1e-9223372036854775808", "pods": "-1"])
        try database.execute(
          sql: "UPDATE objects SET json = ? WHERE resource = 'nodes' AND name = ?",
          arguments: [Data(node.jsonBytes), row["name"] as String])
      }
    }
    try queue.close()
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["-R", "65534:65534", ground.home.path]) }
    let up = try ground.periplus("up", "--detach", limit: 180)
    #expect(up.status == 0, "\(up.errors)")
    let pid = try daemon(ground)
    let api = try RawAPI(ground)
    #expect(api.send("GET", "\(Self.configMaps)/deep")?.status == 404)
    try await ground.eventually(within: 60, "the pods were looked at") {
      let waiting = api.send("GET", "\(Self.pods)/many-arguments")?.body.at("status", "containerStatuses")
      return waiting != nil && api.send("GET", "\(Self.pods)/negative")?.body.at("status", "phase") == "Running"
    }
    try stands(ground, pid, "what is stored")
    for name in ["many-arguments", "many-containers", "negative"] { _ = api.send("DELETE", "\(Self.pods)/\(name)") }
    try await ground.eventually(within: 60, "they can be deleted") {
      ["many-arguments", "many-containers", "negative"].allSatisfy { api.send("GET", "\(Self.pods)/\($0)")?.status == 404 }
    }
    try stands(ground, pid, "their end")
  }

  @Test("a family that will not go is gone after the pod's deletion, with its keeper killed too", .timeLimit(.minutes(3)))
  func family() async throws {
    let ground = try #require(GroundFixture.current)
    try ground.addShellImage()
    let api = try RawAPI(ground)
    let command = "trap '' TERM; for i in $(seq 100); do sleep 601 & done; setsid sh -c 'setsid sleep 602 & sleep 602' & wait; sleep 600"
    func left() -> Int { ground.processes().filter { $0.command.hasPrefix("sleep 60") || $0.command.contains(command) }.count }
    for killsKeeper in [false, true] {
      let made = api.send(
        "POST", Self.pods, Self.pod("family", ["name": "c", "image": "test.local/sh:1", "args": ["-c", .string(command)]]))
      #expect(made?.status == 201, "\(made?.body.jsonString ?? "")")
      try await ground.eventually(within: 60, "the family is there") { left() > 100 }
      let uid = made?.body.at("metadata", "uid")?.stringValue ?? ""
      if killsKeeper {
        for process in ground.processes() where process.command.contains("periplus-shim") && process.command.contains(uid) {
          kill(process.pid, SIGKILL)
        }
      }
      #expect(api.send("DELETE", "\(Self.pods)/family")?.status == 200)
      try await ground.eventually(within: 60, "the family is gone, its keeper \(killsKeeper ? "killed" : "alive")") {
        left() == 0 && api.send("GET", "\(Self.pods)/family")?.status == 404
      }
    }
  }
}
