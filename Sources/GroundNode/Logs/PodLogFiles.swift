package import GroundAPI
package import StateDirectory

/// Reads the pods' logs where the shims write them.
package struct PodLogFiles: PodLogReader {
  private let home: Home

  package init(home: Home) { self.home = home }

  package func log(_ request: PodLogRequest) async throws(APIError) -> AsyncThrowingStream<[UInt8], any Error> {
    let folder = home.podLog(namespace: request.namespace, pod: request.pod, uid: request.podUID) + "/\(request.container)"
    let runs = Set(Files.names(in: folder).compactMap(RunLog.run)).sorted()
    guard let last = runs.last else {
      throw APIError(
        code: 400, reason: "BadRequest",
        message: "container \"\(request.container)\" in pod \"\(request.pod)\" is waiting to start: ContainerCreating")
    }
    var number = last
    if request.previous, !request.isWaiting {
      guard let before = runs.dropLast().last else {
        throw APIError(
          code: 400, reason: "BadRequest",
          message: "previous terminated container \"\(request.container)\" in pod \"\(request.pod)\" not found")
      }
      number = before
    }
    let run = ContainerRun(folder: home.container(uid: request.podUID, name: request.container, restart: number))
    let cursor = try PodLogCursor(log: RunLog(folder: folder, number: number), run: run, request: request)
    return AsyncThrowingStream { try await cursor.next() }
  }
}
