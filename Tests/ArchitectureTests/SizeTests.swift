import Testing

@Suite("Sizes")
struct SizeTests {
  @Test("a file has one idea and at most 400 lines")
  func lengths() throws {
    for file in ["Sources", "ReferenceApp/Sources", "Tests", "Benchmarks"].flatMap(SourceFile.all(below:)) {
      let lines = try file.text().utf8.count { $0 == UInt8(ascii: "\n") }
      #expect(lines <= 400, "\(file.name) has \(lines) lines: split it by its ideas")
    }
  }
}
