import JSONBytes
import LogStandard
import TestSupport
import Testing

/// Secrets that are known by their shape, and passwords in addresses.
@Suite struct SecretShapeTests {
  private static let masked: [(String, String)] = [
    ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 now", "got *** now"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.", "***"),
    ("key AKIAIOSFODNN7EXAMPLE used", "key *** used"),
    (#"{"id":"ASIAIOSFODNN7EXAMPLE"}"#, #"{"id":"***"}"#),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = ***"),
    ("?key=AIzaSyA1234567890abcdefghijklmnopqrstuv", "?key=***"),
    ("AccountName=x;AccountKey=abc123==;EndpointSuffix=core", "AccountName=x;AccountKey=***;EndpointSuffix=core"),
    ("?sv=2020&sig=abcdefghij1234567890%3D&se=1", "?sv=2020&sig=***&se=1"),
    ("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", "X-Amz-Signature=***"),
    ("postgres://u:p@h/db", "postgres://u:***@h/db"),
    ("postgres://u:p@ss@h/db", "postgres://u:***@h/db"),
    ("postgres://u:pa/ss@h:5432/db", "postgres://u:***@h:5432/db"),
    ("redis://:hunter2@h:6379", "redis://:***@h:6379"),
    (#"{"u":"amqp:\/\/a:b@h"}"#, #"{"u":"amqp:\/\/a:***@h"}"#),
    (#"{"b":"{\"u\":\"amqp://a:b@h\"}","n":1}"#, #"{"b":"{\"u\":\"amqp://a:***@h\"}","n":1}"#),
    ("https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/x", "https://***@github.com/x"),
    ("user:pw@tcp(db:3306)/x", "user:***@tcp(db:3306)/x"),
    (
      #"{"k":"-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\n"}"#,
      #"{"k":"-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\n"}"#
    ),
    (#"{"k":"-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n"}"#, #"{"k":"-----BEGIN PRIVATE KEY-----***"}"#),
    ("-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----***"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "***"),
    ("xoxb-123456789012-abcdefghijk", "***"),
    ("sk_live_abcdefghijklmnopqrstuvwx", "***"),
    (#":password=>"hunter2", :n=>1"#, #":password=>"***", :n=>1"#), ("secret => hunter2", "secret => ***"),
    ("<ns:Password>hunter2</ns:Password>", "<ns:Password>***</ns:Password>"),
    ("?next=%2Fa%3Ftoken%3Dabc%26n=1&b=2", "?next=%2Fa%3Ftoken%3D***%26n=1&b=2"),
    ("MYSQL_PWD=abc", "MYSQL_PWD=***"), ("DB_PASS=abc", "DB_PASS=***"),
    ("secret abc8Q~abcdefghijklmnopqrstuvwxyz01234567 x", "secret *** x"),
  ]

  @Test("a secret is masked by its shape, once", arguments: masked)
  func masks(text: String, wanted: String) {
    #expect(SecretMasker.mask(text).text == wanted)
    #expect(SecretMasker.mask(wanted).count == 0)
  }

  @Test(
    "what only looks like one stays",
    arguments: [
      "http://h:80/p?email=a@b.c", "https://user@host:8080/x", "git+ssh://git@github.com:org/repo", "http://[::1]:80/x@y",
      "mongodb://h1:27017,h2:27017/db?x=a@b", "http://host:8080/path user@x", "OLDPWD=/root", "signal sig=11", "sig: SIGTERM",
      "-----BEGIN CERTIFICATE-----", "-----END RSA PRIVATE KEY-----", "PRIVATE KEY missing", "eyJ is how a token begins.", "AIzawa",
      "AKIA is a prefix", "tests_pass=5", "first pass: ok", "image registry.local:5000/a@sha256:abc", "x://", "a://b",
      "http://host:${PORT}/x@y", "INFO KAI SIA AI", "trace_id=abc_live_x", "me@tcp(x)", "file:///etc/x@y", "postgres://u:***@h",
      "primaryKey: id1234567890123456", "List<Token> next", "<token>", "a<secret>b", "if token>5 {", "date=%3D5", "token%20expired",
      "signature: (a: Int) -> b", "https://h/a:b@c",
    ])
  func leavesAlone(text: String) {
    #expect(SecretMasker.mask(text) == (text, 0))
  }

  @Test("JSON stays JSON with secrets in any member, at any depth of quoting")
  func json() throws {
    var random = SeededGenerator(seed: 47)
    for _ in 0..<20_000 {
      var object = JSONObject()
      for key in ["url", "note", "x"] {
        let first = Self.masked[Int.random(in: 0..<Self.masked.count, using: &random)].0
        let second = Self.masked[Int.random(in: 0..<Self.masked.count, using: &random)].0
        let text = [first + " " + second, first + "\n" + second, first + "\"", "\\" + first][Int.random(in: 0..<4, using: &random)]
        object[key] = Bool.random(using: &random) ? .string(text) : .string(JSONValue.object([key: .string(text)]).jsonString)
      }
      let line = JSONValue.object(object).jsonBytes
      let clean = SecretMasker.mask(line)?.bytes ?? line
      let value = try? JSONValue(parsing: clean)
      #expect(
        value?.objectValue?.keys == object.keys,
        "\(String(decoding: line, as: UTF8.self)) became \(String(decoding: clean, as: UTF8.self))")
    }
  }

  @Test("the lines of a private key are known from its first to its last, with others between them")
  func privateKey() {
    let opens = SecretMasker.mask(Array("-----BEGIN RSA PRIVATE KEY-----".utf8))?.opensPrivateKey
    #expect(opens == true)
    var lines = PrivateKeyLines()
    func next(_ line: String) -> PrivateKeyLines.Part { Array(line.utf8).withUnsafeBufferPointer { lines.next($0) } }
    let parts = ["MIIEpAIBAAKCAQEA7bq1", "GET /healthz 200", "a+b/c==\r", "-----END RSA PRIVATE KEY-----"].map(next)
    #expect(parts == [.body, .other, .body, .end])
  }
}
