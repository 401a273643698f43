import AsyncHTTPClient
import Foundation
import JSONBytes
import NIOCore
import NIOHTTP1

/// The five services as real processes on loopback addresses.
final class ShopProcesses {
  static let names = ["catalog", "orders", "billing", "reports", "ledger"]

  /// The program of the build that this test belongs to, or `nil` when it is not built.
  static let executable: String? = {
    guard let test = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    let path = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("reference-app").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  let folder = NSTemporaryDirectory() + "/shop-\(UUID().uuidString)"
  private let network = "127.\(Int.random(in: 64...126)).\(Int.random(in: 0...255))"
  private var processes: [String: Process] = [:]
  private var client: HTTPClient { .shared }

  func address(_ service: String) -> String { "\(network).\((Self.names.firstIndex(of: service) ?? 0) + 1)" }
  func url(_ service: String) -> String { "http://\(address(service)):8080" }
  func operatorURL(_ service: String) -> String { "http://\(address(service)):8081" }

  /// With the logging facility, unless the environment says otherwise.
  func start(_ service: String, _ executable: String, arguments: [String] = [], environment extra: [String: String] = [:]) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = [service] + arguments
    var environment = [
      "PATH": "/usr/bin:/bin", "POD_ROOT": folder, "DATA_DIR": "/data", "SERVICE_VERSION": "1", "POD_NAME": "\(service)-test",
      "BIND_ADDRESS": address(service), "LAME_DUCK_SECONDS": "0.3", "FACILITY_LOGGING": "on",
    ]
    if let library = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] { environment["LD_LIBRARY_PATH"] = library }
    for name in Self.names { environment["\(name.uppercased())_URL"] = url(name) }
    process.environment = environment.merging(extra) { _, new in new }
    process.standardOutput = try file(service, "out")
    process.standardError = try file(service, "err")
    try process.run()
    processes[service] = process
  }

  private func file(_ service: String, _ kind: String) throws -> FileHandle {
    let path = "\(folder)/\(service).\(kind)"
    if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.seekToEnd()
    return handle
  }

  /// Looks until the condition holds, a thousand times with rests of 20 ms. How long other tests hold the thread in between does not count.
  func until(_ condition: () async -> Bool) async -> Bool {
    for _ in 0..<1000 {
      if await condition() { return true }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  func isReady(_ service: String) async -> Bool { await status("GET", operatorURL(service) + "/healthz/readiness") == 200 }

  @discardableResult
  func status(_ method: String, _ url: String, body: String? = nil, id: String? = nil, header: String? = nil) async -> Int? {
    await answer(method, url, body: body, id: id, header: header)?.status
  }

  /// - Parameter header: the name of one more.
  func answer(
    _ method: String, _ url: String, body: String? = nil, id: String? = nil, header: String? = nil
  ) async -> (status: Int, body: JSONValue?)? {
    var request = HTTPClientRequest(url: url)
    request.method = .init(rawValue: method)
    if let id { request.headers.add(name: "x-request-id", value: id) }
    if let header { request.headers.add(name: header, value: "1") }
    if let body { request.body = .bytes(ByteBuffer(string: body)) }
    guard let response = try? await client.execute(request, timeout: .seconds(30)) else { return nil }
    let bytes = try? await response.body.collect(upTo: 1 << 20)
    return (Int(response.status.code), bytes.flatMap { try? JSONValue(parsing: Array(buffer: $0)) })
  }

  /// - Returns: how it ended: an exit code, or a signal's number.
  func end(_ service: String, signal number: Int32? = SIGTERM) async -> (code: Int32, signalled: Bool)? {
    guard let process = processes[service] else { return nil }
    if let number { kill(process.processIdentifier, number) }
    guard await until({ !process.isRunning }) else { return nil }
    processes[service] = nil
    return (process.terminationStatus, process.terminationReason == .uncaughtSignal)
  }

  func lines(_ service: String) -> [String] {
    ["out", "err"].flatMap { kind in
      ((try? String(contentsOfFile: "\(folder)/\(service).\(kind)", encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }
  }

  func records(_ service: String) -> [JSONObject] { lines(service).compactMap { (try? JSONValue(parsing: $0))?.objectValue } }

  func cleanUp() {
    for process in processes.values where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    for process in processes.values { process.waitUntilExit() }
    try? FileManager.default.removeItem(atPath: folder)
  }
}
