import JSONBytes
import TestSupport
import Testing

@Suite struct JSONValueTests {
  @Test func readsTrees() throws {
    let value = try JSONValue(parsing: #" {"a":[1,2.5,"x\u00e9\n",null,true],"b":{"c":-3}} "#)
    #expect(value.at("b", "c")?.intValue == -3)
    #expect(value.jsonString == #"{"a":[1,2.5,"xé\n",null,true],"b":{"c":-3}}"#)
  }

  @Test(arguments: [
    ("0", JSONValue.int(0)), ("-0", .int(0)), ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
    ("9223372036854775808", .double(9.223372036854775808e18)), ("1e3", .double(1000)), ("1.5E-2", .double(0.015)), ("-0.0", .double(-0.0)),
  ]) func readsNumbers(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(arguments: [
    (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
    (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\u0000""#, "\0"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u00zz""#, "\u{FFFD}00zz"),
    (#""\uD834\uDD1E""#, "𝄞"),
  ]) func readsEscapes(text: String, value: String) throws {
    if text.contains("zz") {
      // Kept as text rather than refused: what follows the broken escape stays.
      #expect(try JSONValue(parsing: text).stringValue?.hasSuffix("00zz") == true)
    } else {
      #expect(try JSONValue(parsing: text).stringValue == value)
    }
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "{]", "[}", "[1,]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "[1 2]", "01", "-", "1.", ".5",
    "1e", "+1",
    "nul", "tru", "True", "\"", "\"\\", #""\x""#, "\"\n\"", "[1]x", "{} {}", "NaN", "Infinity", "'a'", "[\"a\\\"]", "--1", "1e+",
  ]) func refuses(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func saysWhereItStopped() {
    #expect(throws: JSONError(expected: "',' or '}'", offset: 7)) { try JSONValue(parsing: #"{"a":1 "b":2}"#) }
  }

  @Test func deepNestingIsRefusedNotFatal() throws {
    let depth = JSONCursor.depthLimit
    let fits = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(throws: Never.self) { try JSONValue(parsing: fits) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + fits + "]") }
    #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    let bytes = Array(String(repeating: "[", count: 500_000).utf8)
    bytes.withUnsafeBufferPointer { buffer in
      var cursor = JSONCursor(buffer)
      #expect(throws: JSONError.self) { try cursor.skipValue() }
    }
  }

  @Test func setsAndRemovesAtPaths() {
    var value: JSONValue = ["a": ["b": 1]]
    value.set("a", "c", to: 2)
    value.set("x", "y", "z", to: "deep")
    value.set("a", "b", to: nil)
    value.set("none", "here", to: nil)
    #expect(value == ["a": ["c": 2], "x": ["y": ["z": "deep"]]])
    #expect(value["none"] == nil)
    #expect(value[0] == nil)
  }

  @Test func equalityIgnoresOrderAndHashesAlike() throws {
    let one = try JSONValue(parsing: #"{"a":1,"b":[{"x":1,"y":2}]}"#)
    let other = try JSONValue(parsing: #"{"b":[{"y":2,"x":1}],"a":1}"#)
    #expect(one == other)
    #expect(one.hashValue == other.hashValue)
    #expect(one != (try JSONValue(parsing: #"{"a":1,"b":[{"x":1}]}"#)))
    #expect((try JSONValue(parsing: #"{"a":1,"a":1}"#)) != (try JSONValue(parsing: #"{"a":1,"b":1}"#)))
  }
}

@Suite struct JSONCursorTests {
  @Test func leavesUnreadMembersAlone() throws {
    let bytes = Array(#"{"skip":{"deep":[1,{"a":"}"}]},"want":"yes","n":42,"f":1.5,"b":true,"z":null}"#.utf8)
    try bytes.withUnsafeBufferPointer { buffer in
      var cursor = JSONCursor(buffer)
      var seen: [String] = []
      var want: String?
      var number: Int64?
      try cursor.readObject { (key, cursor) throws(JSONError) in
        seen.append(key.string)
        if key == "want" { want = try cursor.readStringIfPresent() }
        if key == "n" { number = try cursor.readIntIfPresent() }
        if key == "f" { #expect(try cursor.readStringIfPresent() == nil) }
      }
      try cursor.finish()
      #expect(seen == ["skip", "want", "n", "f", "b", "z"])
      #expect(want == "yes")
      #expect(number == 42)
    }
  }

  @Test func escapedKeysCompareByTheirText() throws {
    let bytes = Array(#"{"\u0061":1}"#.utf8)
    try bytes.withUnsafeBufferPointer { buffer in
      var cursor = JSONCursor(buffer)
      var found = false
      try cursor.readObject { (key, _) throws(JSONError) in found = key == "a" }
      #expect(found)
    }
  }
}

@Suite struct JSONWriterTests {
  @Test func putsCommasWhereTheyBelong() {
    var json = JSONWriter()
    json.object {
      $0.member("a", 1)
      $0.key("list")
      $0.array {
        $0.value("x")
        $0.null()
        $0.object { _ in }
        $0.value(true)
      }
      $0.member(ifPresent: nil, "none")
      $0.member("d", 0.1)
      $0.member("nan", Double.nan)
    }
    #expect(json.string == #"{"a":1,"list":["x",null,{},true],"d":0.1,"nan":null}"#)
  }

  @Test func escapesWhatWouldBreakALine() throws {
    let text = String((0..<0x80).map { Character(Unicode.Scalar(UInt8($0))) }) + "é😀\u{2028}"
    var json = JSONWriter()
    json.value(text)
    #expect(json.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    #expect(try JSONValue(parsing: json.bytes).stringValue == text)
  }
}

@Suite struct JSONFuzzTests {
  @Test func randomTreesGoThroughTextUnharmed() throws {
    var random = JSONRandom(seed: 11)
    for _ in 0..<3000 {
      let value = random.value(depth: 4)
      #expect(try JSONValue(parsing: value.jsonBytes) == value)
    }
  }

  @Test func damagedTextIsRefusedOrReadTheSameAgain() {
    var random = JSONRandom(seed: 23)
    for _ in 0..<20_000 {
      var bytes = random.value(depth: 3).jsonBytes
      for _ in 0..<Int.random(in: 1...3, using: &random.generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random.generator)
        switch Int.random(in: 0..<3, using: &random.generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random.generator)
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random.generator), at: place)
        }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      #expect((try? JSONValue(parsing: value.jsonBytes)) == value)
      // Skipping accepts exactly what reading accepts.
      bytes.withUnsafeBufferPointer { buffer in
        var cursor = JSONCursor(buffer)
        #expect(throws: Never.self) {
          try cursor.skipValue()
          try cursor.finish()
        }
      }
    }
  }

  @Test func anyBytesEndInAValueOrAnError() {
    var generator = SeededGenerator(seed: 5)
    let alphabet = Array("{}[]\":,\\0123456789-+.eEtrufalsn \u{7F}é".utf8)
    for _ in 0..<50_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      _ = try? JSONValue(parsing: bytes)
    }
  }
}

struct JSONRandom {
  var generator: SeededGenerator
  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func value(depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0..<63, using: &generator))
    case 3:
      // Halves, so that a whole number does not come back as an integer.
      return .double(Double(Int64.random(in: -1_000_000...1_000_000, using: &generator)) + 0.5)
    case 4, 5: return .string(text())
    case 6: return .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...4, using: &generator) { object[text()] = value(depth: depth - 1) }
      return .object(object)
    }
  }

  mutating func text() -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "😀", "\u{FFFD}", "u", "0", "{", ":",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...8, using: &generator) { text.append(scalars[Int.random(in: 0..<scalars.count, using: &generator)]) }
    return String(text)
  }
}
