import KubernetesClient
import Synchronization
import Testing

/// Answers that are larger than anything an API server sends, or do not end.
@Suite("Endless answers", .timeLimit(.minutes(3)))
struct EndlessAnswerTests {
  private func asking(_ server: RawServer, _ body: @Sendable (KubernetesAPI) async throws -> Void) async throws {
    try await server.run { port in
      let api = KubernetesAPI(context: KubeContext(name: "staging", cluster: KubeCluster(server: "http://127.0.0.1:\(port)")))
      try await body(api)
      await api.shutdown()
    }
  }

  @Test("a page that is too large is asked for in smaller ones; objects that are too large one by one are told of")
  func smaller() async throws {
    let large = String(repeating: " ", count: KubernetesAPI.answerLimit) + "{}"
    let server = try RawServer { seen in (200, seen.uri.contains("limit=50&") || seen.uri.hasSuffix("limit=50") ? "{}" : large) }
    try await asking(server) { api in
      let pages = Mutex(0)
      try await api.list("/api/v1/pods") { _ in
        pages.withLock { $0 += 1 }
        return ""
      }
      #expect(pages.withLock { $0 } == 1)
    }
    #expect(server.seen.map(\.uri) == ["/api/v1/pods?limit=500", "/api/v1/pods?limit=50"])
    let always = try RawServer { _ in (200, large) }
    try await asking(always) { api in
      let error = await #expect(throws: KubernetesError.self) { try await api.list("/api/v1/pods") { _ in "" } }
      #expect(error?.kind == .malformed && error?.message.contains("more than 16 MiB") == true, "\(error?.message ?? "")")
    }
    #expect(always.seen.map(\.uri).last == "/api/v1/pods?limit=1")
  }

  @Test("a list whose next page is the same one, or that goes on for ever, is given up")
  func endless() async throws {
    let server = try RawServer { _ in (200, "{}") }
    try await asking(server) { api in
      let same = await #expect(throws: KubernetesError.self) { try await api.list("/api/v1/pods") { _ in "again" } }
      #expect(same?.message.contains("does not end the list") == true)
      let number = Mutex(0)
      let other = await #expect(throws: KubernetesError.self) {
        try await api.list("/api/v1/pods", limit: 100_000) { _ in
          number.withLock { number in
            number += 1
            return "\(number)"
          }
        }
      }
      #expect(other?.message.contains("does not end the list") == true && number.withLock { $0 } < 10)
    }
  }

  @Test("a line of a watch that no object can have ends the watch with a reason")
  func line() async throws {
    let server = try RawServer { _ in (200, String(repeating: "x", count: KubernetesAPI.eventLimit + 100_000)) }
    try await asking(server) { api in
      let error = await #expect(throws: KubernetesError.self) {
        try await api.watch("/api/v1/pods", resourceVersion: "1", timeoutSeconds: 10) { _ in }
      }
      #expect(error?.message.contains("a line of more than 8 MiB") == true, "\(error?.message ?? "")")
    }
  }

  @Test("a redirection is told of, and not followed")
  func elsewhere() async throws {
    let server = try RawServer { _ in (302, "") }
    try await asking(server) { api in
      let error = await #expect(throws: KubernetesError.self) { try await api.version() }
      #expect(error?.message.contains("sends elsewhere (HTTP 302") == true, "\(error?.message ?? "")")
    }
    #expect(server.seen.count == 1)
  }
}
