import Testing

/// What CI proves of every lesson and demo, on a live ground.
@Suite("Lessons and demos", .serialized, .onGround)
struct TrainingTests {
  var ground: GroundFixture { get throws { try #require(GroundFixture.current) } }

  @Test("every lesson fails unsolved, passes solved, and each wrong path says its own words")
  func authorCheck() throws {
    let outcome = try ground.periplus("learn", "author-check", limit: 300)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("the demo of sprint 1 is rehearsed")
  func rehearsal() throws {
    let outcome = try ground.periplus("demo", "rehearse", "1", limit: 300)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }
}
