import Spelling
import Testing

@Suite("Edit distance")
struct EditDistanceTests {
  @Test(
    "edit distance",
    arguments: [("", "abc", 3), ("nmae", "name", 1), ("kitten", "sitting", 3), ("a", "a", 0), ("ab", "", 2), ("levle", "level", 1)])
  func distance(one: String, other: String, expected: Int) {
    #expect(EditDistance.between(one, other) == expected)
  }
}
