import Console
import Testing

@Suite("News gate")
struct NewsGateTests {
  @Test("news that comes while a question is under way asks it once more, after its answer; not instead of it")
  func underWay() {
    var gate = NewsGate()
    gate.ask()
    for _ in 0..<3 { #expect(!gate.admits()) }
    #expect(gate.answered())
    gate.ask()
    #expect(!gate.answered())
    // With nothing under way news asks at once.
    #expect(gate.admits())
  }
}
