import Foundation
import Glibc
import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import Synchronization
import Testing
import TimeFormat

@Suite("Control socket", .timeLimit(.minutes(3))) struct ControlTests {
  private let folder: Folder
  private var socket: String { "\(folder.path)/r.sock" }

  init() throws { folder = try Folder() }

  /// Serves the jobs while the body runs.
  private func serving(_ jobs: [String: ControlServer.Job], _ body: (ControlClient) async throws -> Void) async throws {
    let (listening, isListening) = AsyncStream<Void>.makeStream()
    let server = ControlServer(socket: socket, jobs: jobs)
    let task = Task {
      try await server.run { isListening.yield() }
      isListening.finish()
    }
    for await _ in listening { break }
    do {
      try await body(ControlClient(socket: socket))
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    _ = await task.result
  }

  @Test("a job gets its body and each line of its answer comes back")
  func roundTrip() async throws {
    let echo: ControlServer.Job = { body in
      AsyncStream { continuation in
        continuation.yield(["got": body])
        continuation.yield(["text": "a\nb \u{1F6A2}"])
        for number in 0..<2000 { continuation.yield(["number": .int(Int64(number))]) }
        continuation.finish()
      }
    }
    try await serving(["echo": echo]) { client in
      var lines: [JSONValue] = []
      try await client.run("echo", ["checks": ["x"]]) { lines.append($0) }
      #expect(lines.count == 2002)
      #expect(lines.first?.at("got", "checks")?[0] == "x")
      #expect(lines[1]["text"]?.stringValue == "a\nb \u{1F6A2}")
      #expect(lines.last?["number"]?.intValue == 1999)
    }
  }

  @Test("a line comes as soon as it is known, and hanging up ends the job")
  func hangUp() async throws {
    let (ended, end) = AsyncStream<Void>.makeStream()
    let endless: ControlServer.Job = { _ in
      let count = Count { end.yield() }
      // Each line is made when the one before it has been sent.
      return AsyncStream { ["number": .int(count.next())] }
    }
    struct Enough: Error {}
    try await serving(["endless": endless]) { client in
      await #expect(throws: Enough.self) {
        try await client.run("endless") { line in if line["number"]?.intValue == 3 { throw Enough() } }
      }
      for await _ in ended { break }
    }
  }

  @Test("commits are pushed: at once, then joined for a moment, until the reader hangs up")
  func pushes() async throws {
    let hub = ChangeHub()
    let clock = TestClock()
    let job: ControlServer.Job = { _ in ChangesJob(hub: hub, pause: clock.pause).lines() }
    try await serving(["changes": job]) { client in
      var commits = client.commits().makeAsyncIterator()
      #expect(await commits.next() == [], "it says that it listens")
      hub.publish(.records)
      #expect(await commits.next() == .records)
      let pause = try await clock.paused()
      #expect(pause == ChangesJob.joining)
      hub.publish(.ledger)
      hub.publish([.sources, .evidence])
      clock.goOn()
      #expect(await commits.next() == [.ledger, .sources, .evidence])
    }
    // Without a recorder the stream ends at once: who follows looks for itself.
    var none = ControlClient(socket: "\(folder.path)/none.sock").commits().makeAsyncIterator()
    #expect(await none.next() == nil)
  }

  /// The threads on which tasks run are as many as there are processors: an ingest that waits on one of them keeps it from all others.
  @Test("ingests that wait for their input keep nobody else waiting")
  func manyIngests() async throws {
    let home = Home(path: folder.path)
    let recorder = RecorderService(
      home: home, configuration: try RecorderConfiguration(clusters: []), plan: { nil }, now: { TestClock.start })
    let (stops, stop) = AsyncStream<Void>.makeStream()
    let running = Task { try await recorder.run { for await _ in stops { break } } }
    _ = await FolderWatch.wait(in: home.run, within: .seconds(20)) { Files.exists(home.socket("recorder")) }
    let client = ControlClient(socket: home.socket("recorder"))
    var pipes: [FileHandle] = []
    var ingests: [Task<Void, any Error>] = []
    for number in 0..<4 * ProcessInfo.processInfo.activeProcessorCount {
      let path = "\(folder.path)/pipe-\(number)"
      try #require(mkfifo(path, 0o600) == 0)
      // Held open for writing: its end does not come.
      pipes.append(try #require(FileHandle(forUpdatingAtPath: path)))
      ingests.append(Task { try await client.run("ingest", ["paths": [.string(path)]]) { _ in } })
    }
    for _ in 0..<50 {
      var services: [String] = []
      try await client.run("services") { if let name = $0["name"]?.stringValue { services.append(name) } }
      #expect(services.contains("control"))
    }
    for pipe in pipes { try pipe.close() }
    for ingest in ingests { try await ingest.value }
    stop.finish()
    try await running.value
  }

  @Test("a recorder that ends in the middle of an answer is told in a sentence, not in the words of a library")
  func endsInTheMiddle() async throws {
    let server = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(server) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
    }
    try #require(isBound && listen(server, 1) == 0)
    let thread = Thread {
      let client = accept(server, nil, nil)
      var request = [UInt8](repeating: 0, count: 4096)
      _ = read(client, &request, request.count)
      // The beginning of an answer, as of a process that was killed.
      let head = Array("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{\"number\":".utf8)
      _ = write(client, head, head.count)
      close(client)
    }
    thread.start()
    let error = await #expect(throws: ControlClient.Unreachable.self) { try await ControlClient(socket: socket).run("endless") { _ in } }
    #expect(error?.description == "the recorder ended before it had answered; periplus status tells whether it runs")
  }

  @Test("a job that is not known, and a recorder that is not there, are told in a sentence")
  func refusals() async throws {
    try await serving([:]) { client in
      let error = await #expect(throws: ControlClient.Unreachable.self) { try await client.run("ingest") { _ in } }
      #expect(error?.description.contains("no job named ingest") == true)
    }
    let error = await #expect(throws: ControlClient.Unreachable.self) {
      try await ControlClient(socket: "\(folder.path)/none.sock").run("check") { _ in }
    }
    #expect(error?.description.contains("does not answer") == true)
  }
}

/// Counts, and tells when nobody holds it any more.
private final class Count: Sendable {
  private let number = Mutex<Int64>(0)
  private let onEnd: @Sendable () -> Void

  init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }
  deinit { onEnd() }

  func next() -> Int64 {
    number.withLock { number in
      number += 1
      return number
    }
  }
}

@Suite("Collection's progress", .timeLimit(.minutes(3))) struct CollectionProgressTests {
  private let start = TestClock.start

  @Test("what is reached already is answered at once")
  func known() async {
    let progress = CollectionProgress()
    progress.reached(start + .seconds(2))
    #expect(await progress.wait(until: start) == start + .seconds(2))
  }

  @Test("a moment is waited for, past those before it")
  func later() async {
    let progress = CollectionProgress()
    progress.reached(start)
    async let reached = progress.wait(until: start + .seconds(3))
    for second in 1...5 {
      progress.reached(start + .seconds(second))
      await Task.yield()
    }
    #expect(await reached.map { $0 >= start + .seconds(3) } == true)
  }

  @Test("who waits for what is not reached makes the collector look at once")
  func asks() async {
    let progress = CollectionProgress()
    let asked = Mutex(0)
    let start = start
    progress.whenAsked {
      asked.withLock { $0 += 1 }
      progress.reached(start + .seconds(1))
    }
    #expect(await progress.wait(until: start) == start + .seconds(1))
    #expect(await progress.wait(until: start) == start + .seconds(1))
    #expect(asked.withLock { $0 } == 1)
  }

  @Test("a waiting that is cancelled ends")
  func cancelled() async {
    let progress = CollectionProgress()
    let task = Task { await progress.wait(until: TestClock.start) }
    task.cancel()
    #expect(await task.value == nil)
  }
}
