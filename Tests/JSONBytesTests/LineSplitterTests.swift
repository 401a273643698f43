import JSONBytes
import TestSupport
import Testing

@Suite("Lines of a stream")
struct LineSplitterTests {
  private let text = Array("one\n\ntwo is longer\r\nthree, which is the longest of all\nlast".utf8)

  @Test("lines survive any chunking, given or read")
  func chunks() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let sizes = (0..<text.count).map { _ in Int.random(in: 1...12, using: &random) }
      var given = LineSplitter()
      var lines: [[UInt8]] = []
      var start = 0
      for size in sizes where start < text.count {
        let end = min(text.count, start + size)
        lines += given.push(text[start..<end])
        start = end
      }
      if let rest = given.finish() { lines.append(rest) }
      #expect(strings(lines) == ["one", "", "two is longer\r", "three, which is the longest of all", "last"])

      var read = LineSplitter(longest: 20, room: 1, trimsReturn: true)
      var pieces: [String] = []
      start = 0
      var round = 0
      while read.next(
        { room in
          let count = min(sizes[round], text.count - start, room.count)
          room.copyBytes(from: text[start..<start + count])
          (start, round) = (start + count, round + 1)
          return count
        }, { pieces.append(String(decoding: $0, as: UTF8.self) + ($1 ? "…" : "")) })
      {}
      // A long line is cut only where it does not fit; a chunk may bring its end in time.
      #expect(pieces.count == 5 && pieces[0] == "one" && pieces[1] == "" && pieces[2] == "two is longer" && pieces[4] == "last")
      #expect(pieces[3] == "three, which is the …" || pieces[3] == "three, which is the longest of all")
    }
  }

  @Test("a line that is too long is left out of what chunks give, and counted")
  func tooLong() {
    var short = LineSplitter(longest: 8)
    #expect(short.push(Array("far too long a line".utf8)).isEmpty)
    #expect(strings(short.push(Array(" and on\nnext\n".utf8))) == ["next"])
    #expect(short.cuts == 1)
    #expect(short.finish() == nil)
  }

  private func strings(_ lines: [[UInt8]]) -> [String] { lines.map { String(decoding: $0, as: UTF8.self) } }
}
