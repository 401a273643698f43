import Foundation
import JSONBytes
import TestSupport
import Testing

/// An attack by what containers and people write, kept as a drill: the recorder stands, all lines are there, and no secret is kept or shown.
@Suite("Attack: logs and secrets", .serialized, .onGround)
struct AttackSecretTests {
  /// Stands in every secret, so that one search finds what is left of any.
  private static let mark = "zQ7sEcReT"

  /// Secrets of each kind that docs/security.md promises to mask.
  private static let secrets: [String] = [
    "password=\(mark)1", "password: \(mark)", #"DB_PASSWORD="\#(mark)""#, "MYSQL_PWD=\(mark)", "Authorization: Bearer \(mark)Abcdef123456",
    "X-Api-Key: \(mark)", "Cookie: sid=\(mark); a=b", "GET /x?access_token=\(mark)&b=1 HTTP/1.1", "user=ann&client_secret=\(mark)&x=1",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ\(mark).\(mark)Sig-_x", "aws_secret_access_key=\(mark)/7MDENG/bPxRfiCYEXAMPLEKEY",
    "AIzaSy\(mark)\(String(repeating: "x", count: 24))", "AccountName=a;AccountKey=\(mark)+abc/def==;EndpointSuffix=core.windows.net",
    "https://a.blob.core.windows.net/c?sv=2020&sig=\(mark)1234567890abc%3D", "postgres://u:\(mark)@h:5432/db",
    "amqp://u:\(mark)/p@h:5672", "redis://:\(mark)@h:6379", "mongodb+srv://u:\(mark)@c.mongodb.net/?x=y", "u:\(mark)@tcp(db:3306)/x",
    "jdbc:postgresql://h/db?user=u&password=\(mark)", "Server=h;User Id=sa;Password=\(mark);", "Basic YW5u\(mark)==",
    "ghp_\(mark)\(String(repeating: "a", count: 27))", "xoxb-123456789012-\(mark)",
    "-----BEGIN EC PRIVATE KEY-----\nMII\(mark)AA\nBB\(mark)C==",
  ]
  /// Those that can have no mark in them.
  private static let others = ["AKIAZQ7SECRETABCDEFG", "4111 1111 1111 1111", "5500005555555559"]

  /// Each secret as text, in JSON, in JSON in JSON, as a key.
  private static var lines: [String] {
    (secrets + others).flatMap { secret -> [String] in
      let inner = JSONValue.object(["in": .string(secret)]).jsonString
      let objects: [JSONObject] = [
        ["message": .string("it is \(secret) here"), "service": "svc"], ["message": "m", "req": ["headers": ["h": [.string(secret)]]]],
        ["message": "m", "body": .string(inner)], ["message": "m", "path": .string("/a?\(secret)"), secret: 1],
      ]
      return [secret] + objects.map { JSONValue.object($0).jsonString }
    }
  }

  private static func leak(in text: String) -> String? {
    ([mark] + others).first { text.contains($0) }
  }

  @Test("no secret is kept below the home but in a container's own log, nor shown by any command", .timeLimit(.minutes(3)))
  func secrets() async throws {
    let ground = try #require(GroundFixture.current)
    let file = ground.home.deletingLastPathComponent().appending(path: "secrets.log")
    try Data((Self.lines + ["the end of the file"]).joined(separator: "\n").utf8).write(to: file)
    #expect(try ground.periplus("ingest", file.path).status == 0)
    let piped = try Program.run(
      "/bin/bash", ["-c", "cat '\(file.path)' | '\(ground.bin.path)/periplus' ingest -"], environment: ground.environment, limit: 60)
    #expect(piped.status == 0, "\(piped)")
    try await run(ground, "teller", "cat '\(file.path)'; echo; echo the end of the pod; sleep 600")
    try await ground.eventually(within: 60, "what the container wrote is there") {
      try ground.periplus("logs", "the end of the pod").status == 0
    }

    for command in [["logs", "--limit", "100000"], ["logs", "--json", "--limit", "100000"]] {
      let outcome = try Program.run(ground.bin.appending(path: "periplus").path, command, environment: ground.environment, limit: 60)
      #expect(outcome.lines.count > 3 * Self.lines.count, "\(command): \(outcome.lines.count)")
      let leak = outcome.lines.first { Self.leak(in: $0) != nil }
      #expect(leak == nil, "\(command) shows \(leak ?? "")")
    }
    var looked = 0
    let files = FileManager.default.enumerator(atPath: ground.home.path)?.compactMap { $0 as? String } ?? []
    for name in files where !name.hasPrefix("ground/logs/") {
      guard let data = FileManager.default.contents(atPath: ground.home.appending(path: name).path) else { continue }
      looked += 1
      for secret in [Self.mark] + Self.others where data.range(of: Data(secret.utf8)) != nil { Issue.record("\(secret) is in \(name)") }
    }
    #expect(looked > 5)
    // The log itself holds what the container wrote, as docs/security.md says: the search would have found it.
    let isInLog = files.contains { name in
      name.hasPrefix("ground/logs/")
        && FileManager.default.contents(atPath: ground.home.appending(path: name).path)?
          .range(of: Data(Self.mark.utf8)) != nil
    }
    #expect(isInLog)
  }

  @Test("a container that writes binary, endless lines and escapes loses no line, and the recorder stands", .timeLimit(.minutes(3)))
  func loud() async throws {
    let ground = try #require(GroundFixture.current)
    let recorder = try #require(ground.processes().first { $0.command.contains("periplus record") }).pid
    let megabytes = Drill.longLine
    let parts = [
      "for i in $(seq 200); do echo numbered $i; done", "head -c 300000 /dev/urandom; echo",
      "head -c \(megabytes)000000 /dev/zero | tr '\\0' x; echo",
      "head -c 1000000 /dev/zero | tr '\\0' '['; echo", "head -c 1000000 /dev/zero; echo",
      #"printf 'a\000b\n\377\376\n\033]0;owned\007\n'"#,
      "for i in $(seq 200); do echo again $i; done", "echo the loud end", "sleep 600",
    ]
    try await run(ground, "loud", parts.joined(separator: "; "))
    try await ground.eventually(within: 90, "all of it is there") { try ground.periplus("logs", "the loud end").status == 0 }
    for word in ["numbered", "again"] {
      let found = try ground.periplus("logs", "--limit", "1000", "pod:loud", word).lines.compactMap { $0.split(separator: " ").last }
      #expect(found.compactMap { Int($0) } == Array(1...200), "\(word): \(found.count)")
    }
    let now = ground.processes().filter { $0.command.contains("periplus record") }.map(\.pid)
    #expect(now == [recorder], "the recorder \(recorder) is \(now)")
  }

  /// Runs a shell in a pod.
  private func run(_ ground: GroundFixture, _ name: String, _ command: String) async throws {
    let images = ground.home.appending(path: "ground/images.json")
    var table = try JSONValue(parsing: Array(try Data(contentsOf: images)))
    table["test.local/sh:1"] = ["executable": "/bin/sh", "digest": "sha256:0"]
    try Data(table.jsonBytes).write(to: images)
    if geteuid() == 0 { _ = try Program.runAsIs("/bin/chown", ["65534:65534", images.path]) }
    let pod: JSONValue = [
      "kind": "Pod", "apiVersion": "v1", "metadata": ["name": .string(name)],
      "spec": [
        "containers": [["name": "c", "image": "test.local/sh:1", "args": ["-c", .string(command)]]], "terminationGracePeriodSeconds": 1,
      ],
    ]
    let made = try RawAPI(ground).send("POST", "/api/v1/namespaces/default/pods", pod)
    #expect(made?.status == 201, "\(made?.body.jsonString ?? "")")
  }
}
