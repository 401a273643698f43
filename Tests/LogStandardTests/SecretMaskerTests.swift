import JSONBytes
import LogStandard
import TestSupport
import Testing

@Suite struct SecretMaskerTests {
  @Test(arguments: [
    (#"{"password":"hunter2","user":"ann"}"#, #"{"password":"***","user":"ann"}"#),
    (#"{"Authorization":"Bearer abc.def"}"#, #"{"Authorization":"***"}"#),
    (#"{"headers":{"set-cookie":["a=1; Path=/","b=2"],"x":1}}"#, #"{"headers":{"set-cookie":["***","***"],"x":1}}"#),
    (#"{"apiKey" : "k\"1\\","n":1}"#, #"{"apiKey" : "***","n":1}"#),
    (#"{"pwd":12345,"n":1}"#, #"{"pwd":"***","n":1}"#),
    (#"{"body":"{\"client_secret\":\"s3\",\"n\":1}"}"#, #"{"body":"{\"client_secret\":\"***\",\"n\":1}"}"#),
    (#"{"body":"{\"in\":\"{\\\"token\\\":\\\"t\\\"}\"}"}"#, #"{"body":"{\"in\":\"{\\\"token\\\":\\\"***\\\"}\"}"}"#),
    (#"{"body":"{\"pwd\":77}"}"#, #"{"body":"{\"pwd\":\"***\"}"}"#),
    ("GET /x?access_token=abc&n=1 HTTP/1.1", "GET /x?access_token=***&n=1 HTTP/1.1"),
    ("password=hunter2 user=ann", "password=*** user=ann"),
    (#"password="hunter 2" user=ann"#, #"password="***" user=ann"#),
    ("password: hunter2", "password: ***"),
    ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
    ("curl -H 'Authorization: Bearer abc' url", "curl -H 'Authorization: Bearer ***' url"),
    ("Cookie: a=1; b=2", "Cookie: ***"),
    (#"{"m":"sent Cookie: a=1; b=2","n":1}"#, #"{"m":"sent Cookie: ***","n":1}"#),
    ("sent Bearer eyJhbGciOiJIUzI1NiJ9.e30.x to it", "sent Bearer *** to it"),
    ("token: 8f14e45fceea167a5a36dedd4bea2543", "token: ***"),
    (#"{"card":"4111111111111111"}"#, #"{"card":"************1111"}"#),
    (#"{"card":4111111111111111}"#, #"{"card":"************1111"}"#),
    ("paid with 4111 1111 1111 1111 today", "paid with **** **** **** 1111 today"),
    ("paid with 5500-0055-5555-5559.", "paid with ****-****-****-5559."),
    ("amex 3782 822463 10005", "amex **** ****** *0005"),
  ]) func masks(text: String, masked: String) {
    let result = SecretMasker.mask(text)
    #expect(result.text == masked)
    #expect(result.count >= 1)
    #expect(SecretMasker.mask(masked).count == 0, "masked once, it is clean")
  }

  @Test(arguments: [
    #"{"password":"***"}"#, #"{"password":""}"#, #"{"password":null,"token":true}"#, #"{"secret":{"name":"db"}}"#,
    "token: unexpected end", "invalid token ':' here", "basic usage of bearer tokens", #"{"m":"enter password:","next":"x"}"#,
    #"{"body":"{\"m\":\"enter password:\",\"n\":1}"}"#, "order 4111111111111112 was paid", "id 1234567812345678",
    "4111111111111111abc", "abc4111111111111111", "7c2e4111-1111-4111-8111-111111111111", "at 1512904238192000000", "3.14159265358979",
    "tokens=5", "passwordless login", "keyboard: qwerty", #"{"monkey":"see"}"#, "secretary: Ann", "", "a", "{}",
  ]) func leavesAlone(text: String) {
    #expect(SecretMasker.mask(text) == (text, 0))
    #expect(SecretMasker.mask(Array(text.utf8)) == nil)
  }

  @Test func namesOfSecrets() {
    for key in [
      "Authorization", "proxy-authorization", "X-Api-Key", "accessToken", "refresh_token", "DB_PASSWORD", "client.secret", "pwd",
      "Set-Cookie",
    ] {
      #expect(SecretMasker.isSecret(key: key), "\(key)")
    }
    for key in ["", "tokens", "keyboard", "user", "author", "reqPath", "monkey", "secretary", "cookies"] {
      #expect(!SecretMasker.isSecret(key: key), "\(key)")
    }
  }

  @Test func jsonStaysJSON() throws {
    var random = SeededGenerator(seed: 41)
    let keys = ["password", "token", "x", "msg", "card", "Cookie", "body", "pwd", "authorization"]
    let texts = [
      "hunter2", "password: x", "a\"b", "c\\", "Bearer abcdefgh1", "4111 1111 1111 1111", #"{"token":"t","n":[1]}"#, "it's token='x", "",
      "Cookie: a=b",
      "enter password:", #"{\"pwd\":5}"#, "password=\"", "secret='",
    ]
    for _ in 0..<20_000 {
      var object = JSONObject()
      for _ in 0..<4 {
        let key = keys[Int.random(in: 0..<keys.count, using: &random)]
        let text = texts[Int.random(in: 0..<texts.count, using: &random)] + texts[Int.random(in: 0..<texts.count, using: &random)]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: object[key] = .int(4_111_111_111_111_111)
        case 1: object[key] = .array([.string(text), .string(text)])
        case 2: object[key] = .string(JSONValue.object([key: .string(text)]).jsonString)
        default: object[key] = .string(text)
        }
      }
      let line = JSONValue.object(object).jsonBytes
      guard let masked = SecretMasker.mask(line) else { continue }
      let value = try? JSONValue(parsing: masked.bytes)
      #expect(
        value?.objectValue?.keys == object.keys,
        "\(String(decoding: line, as: UTF8.self)) became \(String(decoding: masked.bytes, as: UTF8.self))")
      if let direct = object["password"]?.stringValue, !direct.isEmpty { #expect(value?["password"]?.stringValue == "***") }
    }
  }

  @Test func anyBytesAreMaskedOrLeft() {
    var random = SeededGenerator(seed: 43)
    let pieces = [
      "password", "\"", "\\", ":", "=", "'", "[", "]", "{", "}", ",", " ", "Bearer ", "4111111111111111", "4111 ", "token", "é", "\n",
      "Cookie",
    ]
    .map { Array($0.utf8) }
    for _ in 0..<50_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...12, using: &random) { bytes += pieces[Int.random(in: 0..<pieces.count, using: &random)] }
      if let masked = SecretMasker.mask(bytes) { #expect(masked.count > 0) }
    }
  }
}
