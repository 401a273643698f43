import Console
import TimeFormat
import Training

/// Where a demo's console is, so that a step can be played again from where it began.
enum DemoPlace {
  /// A link to the page that is shown; `nil` for one that has none.
  static func link(of stage: any DemoStage) async -> String? {
    switch await stage.value("page") {
    case "request": return await stage.value("requestId").map { "request/\($0)" }
    case "logs":
      let query = await stage.value("query") ?? ""
      return query.isEmpty ? "logs" : "logs/\(query)"
    case .some(let page) where Pages.linkNames.contains(page): return page
    default: return nil
    }
  }

  /// Goes to a place and waits until it is there.
  static func go(to link: String, on stage: any DemoStage) async throws {
    guard await self.link(of: stage) != link else { return }
    try await stage.run(command: "open \(link)")
    let deadline = await stage.now() + .seconds(5)
    while true {
      if await stage.isIdle(), await self.link(of: stage) == link { return }
      guard await stage.now() < deadline else { throw DemoStageError("the console does not show \(link)") }
      try await stage.wait(atMost: .milliseconds(50))
    }
  }
}
