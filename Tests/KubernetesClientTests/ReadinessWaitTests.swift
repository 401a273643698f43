import JSONBytes
import KubernetesClient
import Synchronization
import Testing
import TimeFormat

@Suite(.timeLimit(.minutes(3))) struct ReadinessWaitTests {
  private func deployment(_ name: String, ready: Int64, of replicas: Int64 = 2, generation: Int64 = 1, observed: Int64 = 1) -> JSONValue {
    [
      "metadata": ["name": .string(name), "generation": .int(generation)], "spec": ["replicas": .int(replicas)],
      "status": ["readyReplicas": .int(ready), "observedGeneration": .int(observed)],
    ]
  }

  /// Gives one answer after the other, the last again and again.
  private func wait(_ answers: [[JSONValue]?]) -> ReadinessWait {
    let asked = Mutex(0)
    return ReadinessWait(limit: .seconds(10), step: .seconds(1), pause: { _ in }) {
      let number = asked.withLock {
        $0 += 1
        return $0 - 1
      }
      guard let answer = answers[min(number, answers.count - 1)] else { throw KubernetesError(.unreachable, "not yet") }
      return answer
    }
  }

  @Test func readyOnceItHasHeld() async throws {
    let ready = [deployment("orders", ready: 2)]
    var told: [[String]] = []
    try await wait([nil, [], [deployment("orders", ready: 1)], ready, [deployment("orders", ready: 0)], ready]).run { told.append($0) }
    #expect(told == [[], [], ["orders"], [], ["orders"], [], [], []])
  }

  @Test func anOlderGenerationsStatusIsNone() async throws {
    #expect(!ReadinessWait.isReady(deployment("orders", ready: 2, generation: 3, observed: 2)))
    #expect(ReadinessWait.isReady(deployment("orders", ready: 0, of: 0)))
  }

  @Test func tooLongIsTold() async throws {
    let error = await #expect(throws: ReadinessWait.NotReady.self) {
      try await wait([[deployment("orders", ready: 1), deployment("billing", ready: 2)]]).run { _ in }
    }
    #expect(error?.description == "not ready within 10 s: orders")
  }

  @Test func aFollowedLogIsAskedForFromAWholeSecond() async throws {
    let server = FakeServer()
    try await server.run { api in
      let error = await #expect(throws: KubernetesError.self) {
        try await api.read(
          .init(namespace: "n", pod: "a", container: "main", follow: true, since: Timestamp(nanoseconds: 1_516_629_851_900_000_000))
        ) { _ in }
      }
      #expect(error?.kind == .notFound)
    }
    let request = try #require(server.state.withLock { $0.requests.first })
    #expect(request.hasPrefix("GET /api/v1/namespaces/n/pods/a/log?container=main&timestamps=true&follow=true&sinceTime=2018-01-22T14"))
    #expect(request.hasSuffix("11Z"))
  }
}
