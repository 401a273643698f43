import Foundation
import HTTPTypes
import Hummingbird
import JSONBytes
import KubernetesClient
import NIOCore
import Synchronization

/// An API server of pods alone, that can be told to misbehave.
final class FakeServer: Sendable {
  struct State {
    var pods: [String: Int] = [:]
    var version = 10
    var oldest = 0
    var log: [(version: Int, line: String)] = []
    var watchers: [Int: AsyncStream<String>.Continuation] = [:]
    var requests: [String] = []
    var refusals = 0
    var tokens: Set<String> = []
    var isStopped = false
    var held: [CheckedContinuation<Void, Never>] = []
  }

  let state = Mutex(State())

  /// Runs the server on a free port for as long as `body` runs.
  func run(_ body: @escaping @Sendable (KubernetesAPI) async throws -> Void) async throws {
    try await runRaw { port in
      var context = KubeContext(name: "fake", cluster: KubeCluster(server: "http://127.0.0.1:\(port)"))
      context.user.token = "secret"
      let api = KubernetesAPI(context: context)
      do { try await body(api) } catch {
        await api.shutdown()
        throw error
      }
      await api.shutdown()
    }
  }

  func runRaw(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let router = Router()
    router.get("**") { request, _ in
      await self.waitWhileStopped()
      return self.answer(request)
    }
    router.on("**", method: .delete) { request, _ in self.answer(request) }
    let app = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await app.runService(gracefulShutdownSignals: []) }
      group.addTask {
        for await number in ports {
          try await body(number)
          return
        }
      }
      try await group.next()
      self.goOn()
      self.breakWatches()
      group.cancelAll()
      while let _ = try? await group.next() {}
    }
  }

  func put(_ name: String) {
    state.withLock { state in
      state.version += 1
      let isNew = state.pods[name] == nil
      state.pods[name] = state.version
      Self.tell(&state, "{\"type\":\"\(isNew ? "ADDED" : "MODIFIED")\",\"object\":\(Self.pod(name, state.version))}")
    }
  }

  func remove(_ name: String) {
    state.withLock { state in
      state.version += 1
      state.pods[name] = nil
      Self.tell(&state, "{\"type\":\"DELETED\",\"object\":\(Self.pod(name, state.version))}")
    }
  }

  func say(_ line: String) { state.withLock { Self.tell(&$0, line) } }

  /// Ends all watches, as a server does now and then.
  func breakWatches() {
    let watchers = state.withLock { state in
      defer { state.watchers = [:] }
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.finish() }
  }

  /// Takes requests and answers none, as a process that was stopped with SIGSTOP does.
  func stop() { state.withLock { $0.isStopped = true } }

  func goOn() {
    let held = state.withLock { state in
      state.isStopped = false
      defer { state.held = [] }
      return state.held
    }
    for one in held { one.resume() }
  }

  private func waitWhileStopped() async {
    await withCheckedContinuation { continuation in
      let isStopped = state.withLock { state in
        if state.isStopped { state.held.append(continuation) }
        return state.isStopped
      }
      if !isStopped { continuation.resume() }
    }
  }

  /// Forgets the past: watches from before now are answered with 410.
  func compact() {
    state.withLock { state in
      state.oldest = state.version
      state.log = []
    }
  }

  private static func tell(_ state: inout State, _ line: String) {
    state.log.append((state.version, line))
    for watcher in state.watchers.values { watcher.yield(line) }
  }

  private static func pod(_ name: String, _ version: Int) -> String {
    #"{"metadata":{"name":"\#(name)","namespace":"n","uid":"\#(name)","resourceVersion":"\#(version)"},"status":{"phase":"Running"}}"#
  }

  private func answer(_ request: Request) -> Response {
    let query = request.uri.queryParameters
    let (status, body): (HTTPResponse.Status, String) = state.withLock { state in
      state.requests.append("\(request.method.rawValue) \(request.uri)")
      if let token = request.headers[.authorization] { state.tokens.insert(token) }
      if state.refusals > 0 {
        state.refusals -= 1
        return (.serviceUnavailable, "overloaded")
      }
      guard request.uri.path == "/api/v1/pods" else {
        return (.notFound, #"{"kind":"Status","status":"Failure","message":"the server could not find it","reason":"NotFound","code":404}"#)
      }
      if query["watch"] != nil { return (.ok, "") }
      let all = state.pods.sorted { $0.key < $1.key }
      let start = query["continue"].flatMap { Int($0) } ?? 0
      let limit = query["limit"].flatMap { Int($0) } ?? 500
      let page = all.dropFirst(start).prefix(min(limit, 2))
      let next = start + page.count < all.count ? "\(start + page.count)" : ""
      let items = page.map { Self.pod($0.key, $0.value) }.joined(separator: ",")
      return (.ok, #"{"kind":"PodList","metadata":{"resourceVersion":"\#(state.version)","continue":"\#(next)"},"items":[\#(items)]}"#)
    }
    if status == .ok, query["watch"] != nil { return watch(Int(query["resourceVersion"] ?? "") ?? 0) }
    return Response(status: status, body: .init(byteBuffer: ByteBuffer(string: body)))
  }

  private func watch(_ version: Int) -> Response {
    let (lines, line) = AsyncStream<String>.makeStream()
    let isTooOld: Bool = state.withLock { state in
      if version < state.oldest { return true }
      for entry in state.log where entry.version > version { line.yield(entry.line) }
      state.watchers[state.watchers.count + state.version * 1000] = line
      return false
    }
    if isTooOld {
      line.yield(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}"#)
      line.finish()
    }
    return Response(
      status: .ok,
      body: .init { writer in
        for await text in lines {
          // In two chunks, cut in the middle of a line.
          let bytes = Array((text + "\n").utf8)
          try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
          try await writer.write(ByteBuffer(bytes: bytes.dropFirst(bytes.count / 2)))
        }
        try await writer.finish(nil)
      })
  }
}
