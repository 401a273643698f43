import Screen
import TestSupport
import Testing

@Suite struct LayoutTests {
  @Test func fixedAndFlexible() {
    let rect = Rect(x: 2, y: 1, width: 20, height: 10)
    let parts = rect.splitHorizontally([.fixed(5), .flexible(), .flexible(weight: 2)], gap: 1)
    #expect(parts.map(\.width) == [5, 4, 9])
    #expect(parts.map(\.x) == [2, 8, 13])
    #expect(rect.splitVertically([.fixed(1), .flexible(), .fixed(1)]).map(\.height) == [1, 8, 1])
    #expect(rect.splitHorizontally([.percent(50), .flexible()]).map(\.width) == [10, 10])
    #expect(rect.splitHorizontally([.flexible(minimum: 15), .flexible()]).map(\.width) == [15, 5])
  }

  @Test func neverMoreThanThereIs() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let constraints = (0..<Int.random(in: 1...5, using: &random)).map { _ -> Constraint in
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .fixed(Int.random(in: 0...12, using: &random))
        case 1: .percent(Int.random(in: 0...100, using: &random))
        default: .flexible(weight: Int.random(in: 0...3, using: &random), minimum: Int.random(in: 0...9, using: &random))
        }
      }
      let total = Int.random(in: 0...40, using: &random)
      let lengths = Constraint.lengths(of: constraints, in: total)
      #expect(lengths.allSatisfy { $0 >= 0 })
      #expect(lengths.reduce(0, +) <= total)
      let hasFlexible = constraints.contains { if case .flexible(let weight, _) = $0 { weight > 0 } else { false } }
      if hasFlexible { #expect(lengths.reduce(0, +) == total) }
    }
  }

  @Test func insetAndIntersection() {
    #expect(Rect(x: 0, y: 0, width: 1, height: 1).inset().isEmpty)
    #expect(Rect(x: 0, y: 0, width: 9, height: 9).inset() == Rect(x: 1, y: 1, width: 7, height: 7))
    #expect(Rect(x: 0, y: 0, width: 5, height: 5).intersection(Rect(x: 9, y: 9, width: 5, height: 5)).isEmpty)
    #expect(Rect(x: 0, y: 0, width: 10, height: 4).centered(Size(columns: 20, rows: 2)) == Rect(x: 0, y: 1, width: 10, height: 2))
  }
}
