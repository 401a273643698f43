import Console
import Testing

@Suite("News gate")
struct NewsGateTests {
  @Test("news that comes while a question is under way asks it once more, after its answer; not instead of it")
  func underWay() {
    var gate = NewsGate()
    gate.ask()
    let admitted = (0..<3).map { _ in gate.admits() }
    #expect(admitted == [false, false, false])
    var asksAgain = gate.answered()
    #expect(asksAgain)
    gate.ask()
    asksAgain = gate.answered()
    #expect(!asksAgain)
    // With nothing under way news asks at once.
    let isAdmitted = gate.admits()
    #expect(isAdmitted)
  }
}
