import LogStandard
import Testing

@Suite struct RequestIDTests {
  @Test(arguments: ["a", "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f", "A.b_c-9", String(repeating: "x", count: 128)])
  func accepts(id: String) {
    #expect(RequestID.isValid(id))
    #expect(RequestID.adopt(id) == id)
  }

  @Test(arguments: ["", " ", "a b", "a\n", "a\"b", "é", "a/b", "a:b", String(repeating: "x", count: 129)])
  func refuses(id: String) {
    #expect(!RequestID.isValid(id))
    #expect(RequestID.isUUID(RequestID.adopt(id)))
  }

  @Test func makesRandomUUIDs() {
    var seen: Set<String> = []
    for _ in 0..<2000 {
      let id = RequestID.make()
      let bytes = Array(id.utf8)
      #expect(RequestID.isValid(id) && RequestID.isUUID(id) && id == id.lowercased())
      #expect(bytes[14] == UInt8(ascii: "4"))
      #expect("89ab".utf8.contains(bytes[19]))
      #expect(seen.insert(id).inserted)
    }
    #expect(RequestID.adopt(nil).count == 36)
  }

  @Test func knowsUUIDs() {
    #expect(RequestID.isUUID("7C2E1D6A-59F4-4B7E-9D0C-0A1B2C3D4E5F"))
    for text in [
      "", "7c2e1d6a", "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5", "7c2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f0",
      "gc2e1d6a-59f4-4b7e-9d0c-0a1b2c3d4e5f",
    ] {
      #expect(!RequestID.isUUID(text))
    }
  }
}
