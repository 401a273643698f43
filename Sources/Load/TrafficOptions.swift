package import Application

/// What traffic to make.
package struct TrafficOptions: Sendable {
  /// What clients send, and how often.
  package var profile: AppProfile
  /// Base URLs of the profile's services, by name; at least one that clients call.
  package var services: [String: String]
  /// Ends after so many requests; without it only `duration` or cancellation ends it.
  package var requests: Int?
  /// Requests started each second, from 0.1 to 10,000; without it each worker sends as fast as it is answered.
  package var rate: Double?
  package var duration: Duration?
  /// Requests in flight at the same time, from 1 to 256.
  package var concurrency: Int
  /// For one whole answer.
  package var timeout: Duration
  /// Starts each request id, so that one run's requests can be told from another's.
  package var idPrefix: String
  /// Permits addresses that are not of this machine.
  package var allowsRemote: Bool

  package init(
    profile: AppProfile, services: [String: String], requests: Int? = nil, rate: Double? = nil, duration: Duration? = nil,
    concurrency: Int = 8,
    timeout: Duration = .seconds(10), idPrefix: String = "traffic", allowsRemote: Bool = false
  ) {
    self.profile = profile
    self.services = services
    self.requests = requests
    self.rate = rate
    self.duration = duration
    self.concurrency = concurrency
    self.timeout = timeout
    self.idPrefix = idPrefix
    self.allowsRemote = allowsRemote
  }

  func check() throws(TrafficError) {
    let known = profile.services.filter { $0.port != nil }.map(\.name)
    guard !services.isEmpty else {
      throw TrafficError("There is no service of \(profile.name) to send requests to: start the application first.")
    }
    for (name, url) in services.sorted(by: { $0.key < $1.key }) {
      guard known.contains(name) else {
        throw TrafficError("Expected one of the services \(known.joined(separator: ", ")), but got '\(name)'.")
      }
      guard let host = Self.host(of: url) else {
        throw TrafficError("Expected an address like http://127.0.0.1:8080 for \(name), but got '\(url)'.")
      }
      guard allowsRemote || Self.isLoopback(host) else {
        throw TrafficError(
          "\(name) is at \(host), which is not this machine: traffic goes to loopback addresses only, unless remote ones are allowed.")
      }
    }
    guard !TrafficCycle(profile, services: Set(services.keys)).isEmpty else {
      throw TrafficError(
        "The traffic of \(profile.name) goes to none of \(services.keys.sorted().joined(separator: ", ")): name their requests under "
          + "'traffic' in its app profile.")
    }
    if let requests, requests < 1 { throw TrafficError("Expected at least 1 request, but got \(requests).") }
    if let rate, !(0.1...10_000).contains(rate) {
      throw TrafficError("Expected a rate from 0.1 to 10000 requests a second, but got \(rate).")
    }
    guard (1...256).contains(concurrency) else { throw TrafficError("Expected a concurrency from 1 to 256, but got \(concurrency).") }
    guard (1...40).contains(idPrefix.utf8.count),
      idPrefix.utf8.allSatisfy({ byte in
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
          || byte == UInt8(ascii: "_")
      })
    else { throw TrafficError("Expected a prefix of 1 to 40 letters, digits, '.', '_' or '-' for the request ids, but got '\(idPrefix)'.") }
  }

  /// The host of `http://host[:port]` or `https://…`.
  static func host(of url: String) -> String? {
    let rest: Substring
    if url.hasPrefix("http://") {
      rest = url.dropFirst(7)
    } else if url.hasPrefix("https://") {
      rest = url.dropFirst(8)
    } else {
      return nil
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // Everything before an @ is a user's name, which may look like a host.
    guard !authority.contains("@") else { return nil }
    if authority.first == "[" { return authority.dropFirst().split(separator: "]").first.map(String.init) }
    let host = authority.prefix { $0 != ":" }
    return host.isEmpty ? nil : String(host)
  }

  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { (1...3).contains($0.utf8.count) && UInt8($0) != nil }
  }
}

/// One sentence about options that make no sense.
package struct TrafficError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}
