import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import TimeFormat

/// Carries out probes and hooks, in the kubelet's words.
struct Prober: Sendable {
  let client: HTTPClient

  struct Target: Sendable {
    var podIP: String
    /// The run's environment and folder, for commands.
    var environment: [String]
    var folder: String
  }

  /// `nil` for success, else why it failed.
  func failure(of handler: ProbeSpec.Handler, _ target: Target, timeout: Duration) async -> String? {
    switch handler {
    case .httpGet(let host, let port, let path, let headers):
      return await get("http://\(host ?? target.podIP):\(port)\(path)", address: "\(host ?? target.podIP):\(port)", headers, timeout)
    case .tcpSocket(let host, let port): return await connect(host ?? target.podIP, port, timeout)
    case .exec(let command):
      switch await CommandRunner.run(command, environment: target.environment, folder: target.folder, timeout: timeout) {
      case .exited(0, _): return nil
      case .exited(_, let output): return output.isEmpty ? "the command ended with an error and wrote nothing" : output
      case .timedOut: return "command timed out: \"\(command.joined(separator: " "))\" timed out after \(timeout.brief)"
      case .failed(let why): return why
      }
    case .sleep(let pause):
      try? await Task.sleep(for: pause)
      return nil
    case .unsupported(let why): return why
    }
  }

  private func get(_ url: String, address: String, _ headers: [ProbeSpec.Handler.Header], _ timeout: Duration) async -> String? {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "User-Agent", value: "kube-probe/1.34")
    request.headers.add(name: "Accept", value: "*/*")
    // Each probe is a connection of its own, as the kubelet's: an idle one kept open would miss a listener that is gone.
    request.headers.add(name: "Connection", value: "close")
    for header in headers { request.headers.replaceOrAdd(name: header.name, value: header.value) }
    do {
      let response = try await client.execute(request, timeout: .nanoseconds(timeout.nanoseconds))
      var read = 0
      for try await part in response.body {
        read += part.readableBytes
        if read > 10_240 { break }
      }
      let code = Int(response.status.code)
      return (200..<400).contains(code) ? nil : "HTTP probe failed with statuscode: \(code)"
    } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout {
      return "Get \"\(url)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    } catch {
      let words = "\(error)".lowercased()
      if words.contains("refused") { return "Get \"\(url)\": dial tcp \(address): connect: connection refused" }
      if words.contains("reset") { return "Get \"\(url)\": read tcp \(address): read: connection reset by peer" }
      return "Get \"\(url)\": EOF"
    }
  }

  private func connect(_ host: String, _ port: Int, _ timeout: Duration) async -> String? {
    do {
      let channel = try await ClientBootstrap(group: client.eventLoopGroup)
        .connectTimeout(.nanoseconds(timeout.nanoseconds)).connect(host: host, port: port).get()
      try? await channel.close()
      return nil
    } catch is ChannelError {
      return "dial tcp \(host):\(port): i/o timeout"
    } catch {
      return "dial tcp \(host):\(port): connect: connection refused"
    }
  }
}
