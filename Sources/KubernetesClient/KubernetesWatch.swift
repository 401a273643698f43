import JSONBytes
import TimeFormat

/// LIST in pages, and WATCH as whole lines.
extension KubernetesAPI {
  /// One page of a LIST: its body and where the next begins.
  package struct Page: Sendable {
    package var body: [UInt8]
    package var resourceVersion: String
    package var next: String?
  }

  /// Gives each page of a list to `page` and answers the resource version to watch from. An expired `continue` throws 410.
  package func list(_ path: String, query: [(String, String)] = [], limit: Int = 500, page: (Page) throws -> Void) async throws -> String {
    var next: String?
    var version = ""
    repeat {
      var parameters = query + [("limit", "\(limit)")]
      if let next { parameters.append(("continue", next)) }
      let body = try await request("GET", path, query: parameters, timeout: .seconds(60))
      let head = try Self.listMetadata(body)
      version = head.resourceVersion
      next = head.next
      try page(Page(body: body, resourceVersion: version, next: next))
    } while next != nil
    return version
  }

  static func listMetadata(_ body: [UInt8]) throws -> (resourceVersion: String, next: String?) {
    var version: String?
    var next: String?
    do {
      try withBytes(of: body) { (buffer) throws(JSONError) in
        var cursor = JSONCursor(buffer)
        try cursor.readObject { (key, cursor) throws(JSONError) in
          guard key == "metadata" else { return }
          try cursor.readObject { (key, cursor) throws(JSONError) in
            switch key {
            case "resourceVersion": version = try cursor.readStringIfPresent()
            case "continue": next = try cursor.readStringIfPresent()
            default: break
            }
          }
        }
      }
    } catch {
      throw KubernetesError.malformed("a list, \(error)")
    }
    return (version ?? "", next.flatMap { $0.isEmpty ? nil : $0 })
  }

  /// Watch events as the server's lines, one JSON object each. An `ERROR` event inside the stream throws its `Status`. The stream
  /// ends when the server ends it; when nothing comes for `idle` beyond the server's own timeout it throws ``KubernetesError/silent(seconds:)``.
  package func watch(
    _ path: String, from resourceVersion: String, query: [(String, String)] = [], timeoutSeconds: Int, idle: Duration = .seconds(10)
  ) async throws -> AsyncThrowingStream<[UInt8], any Error> {
    let parameters =
      query + [
        ("watch", "true"), ("resourceVersion", resourceVersion), ("allowWatchBookmarks", "true"), ("timeoutSeconds", "\(timeoutSeconds)"),
      ]
    let chunks = try await stream(path, query: parameters)
    let limit = Duration.seconds(timeoutSeconds) + idle
    return AsyncThrowingStream { continuation in
      let reader = Task {
        var lines = LineSplitter()
        do {
          for try await chunk in chunks {
            for line in lines.add(chunk) {
              if let status = Self.errorStatus(line) { throw status }
              continuation.yield(line)
            }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      // The server ends a watch at its timeout; a connection that is still open well after it is dead.
      let guardTask = Task {
        try await Task.sleep(for: limit)
        continuation.finish(throwing: KubernetesError.silent(seconds: Int(limit.seconds)))
        reader.cancel()
      }
      continuation.onTermination = { _ in
        reader.cancel()
        guardTask.cancel()
      }
    }
  }

  static func errorStatus(_ line: [UInt8]) -> KubernetesError? {
    // Compact objects start with the type; a look at the head spares the parse of a megabyte.
    let head = String(decoding: line.prefix(64), as: UTF8.self)
    guard head.contains("ERROR"), let tree = try? JSONValue(parsing: line), tree["type"]?.stringValue == "ERROR" else { return nil }
    let status = tree["object"]
    return .status(
      code: Int(status?["code"]?.intValue ?? 500), reason: status?["reason"]?.stringValue ?? "", message: status?["message"]?.stringValue ?? "")
  }

  /// A container's log as chunks of bytes.
  package func log(
    namespace: String, pod: String, container: String, follow: Bool, sinceSeconds: Int? = nil, previous: Bool = false, tailLines: Int? = nil
  ) async throws -> AsyncThrowingStream<[UInt8], any Error> {
    var query = [("container", container), ("timestamps", "true")]
    if follow { query.append(("follow", "true")) }
    if previous { query.append(("previous", "true")) }
    if let sinceSeconds { query.append(("sinceSeconds", "\(sinceSeconds)")) }
    if let tailLines { query.append(("tailLines", "\(tailLines)")) }
    return try await stream("/api/v1/namespaces/\(Self.encode(namespace))/pods/\(Self.encode(pod))/log", query: query)
  }
}

/// Cuts a stream of chunks into lines; a chunk can end anywhere.
package struct LineSplitter: Sendable {
  private var rest: [UInt8] = []

  package init() {}

  package mutating func add(_ chunk: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = 0
    while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if rest.isEmpty {
        if end > start { lines.append(Array(chunk[start..<end])) }
      } else {
        rest.append(contentsOf: chunk[start..<end])
        lines.append(rest)
        rest = []
      }
      start = end + 1
    }
    rest.append(contentsOf: chunk[start...])
    return lines
  }

  /// What came after the last line end.
  package mutating func finish() -> [UInt8] {
    defer { rest = [] }
    return rest
  }
}
