import AsyncHTTPClient
import FoundationEssentials

/// A proxy as `proxy-url` and the environment name it: `http://[user[:password]@]host[:port]` or `socks5://host[:port]`.
struct ProxyAddress: Sendable, Hashable {
  enum Kind: Sendable, Hashable { case http, socks5 }

  var kind: Kind
  var host: String
  var port: Int
  var user: String?
  var password: String?

  /// - Parameter source: where it stands, for the sentence of an error; what is in the address is never repeated, it may hold a password.
  init(_ address: String, from source: String) throws(KubernetesError) {
    // The variables may leave the scheme out.
    let parts = address.contains("://") ? address : "http://\(address)"
    guard let components = URLComponents(string: parts), let scheme = components.scheme, let host = components.host, !host.isEmpty else {
      throw KubernetesError(.configuration, "\(source) is no address: expected http://host:port or socks5://host:port")
    }
    let user = components.user.flatMap { $0.isEmpty ? nil : $0 }
    guard user == nil || !scheme.hasPrefix("socks5") else {
      throw KubernetesError(.configuration, "\(source) names a user; a socks5 proxy is used without one, an http proxy can be given one")
    }
    switch scheme {
    case "http": (kind, port) = (.http, components.port ?? 80)
    case "socks5", "socks5h": (kind, port) = (.socks5, components.port ?? 1080)
    default: throw KubernetesError(.configuration, "\(source) must begin with http:// or socks5://, not \(scheme)://")
    }
    self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    self.user = user
    password = components.password
  }

  var configuration: HTTPClient.Configuration.Proxy {
    switch kind {
    case .http: .server(host: host, port: port, authorization: user.map { .basic(username: $0, password: password ?? "") })
    case .socks5: .socksServer(host: host, port: port)
    }
  }
}

/// The proxy that the environment asks for, by the rules that kubectl follows (Go, `net/http.ProxyFromEnvironment`).
package struct ProxyEnvironment: Sendable {
  /// Of this process.
  package static let process = ProxyEnvironment(ProcessInfo.processInfo.environment)

  private let variables: [String: String]

  package init(_ variables: [String: String]) { self.variables = variables }

  /// The variable and what it says; `nil` for none. This machine is never reached through a proxy.
  package func proxy(toHost host: String, port: Int, isSecure: Bool) -> (name: String, address: String)? {
    let isLocal = host == "localhost" || host.hasPrefix("127.") || host == "::1"
    guard !isLocal, !isExcepted(host.lowercased(), port) else { return nil }
    for name in isSecure ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"] {
      if let address = variables[name], !address.isEmpty { return (name, address) }
    }
    return nil
  }

  /// `NO_PROXY`: names with all below them, addresses, networks (`10.0.0.0/8`), each with a port if wanted; `*` is everything.
  private func isExcepted(_ host: String, _ port: Int) -> Bool {
    let list = variables["NO_PROXY"] ?? variables["no_proxy"] ?? ""
    return list.split(separator: ",").contains { entry in
      var rule = entry.trimmed.lowercased()
      if rule == "*" { return true }
      if rule.contains("/") { return Self.network(rule, contains: host) }
      if let colon = rule.lastIndex(of: ":"), rule.firstIndex(of: ":") == colon {
        guard Int(rule[rule.index(after: colon)...]) == port else { return false }
        rule = String(rule[..<colon])
      }
      if rule.hasPrefix("*.") { rule.removeFirst() }
      if rule.hasPrefix(".") { return host.hasSuffix(rule) }
      return !rule.isEmpty && (host == rule || host.hasSuffix(".\(rule)"))
    }
  }

  private static func network(_ text: String, contains host: String) -> Bool {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let length = Int(parts[1]), (0...32).contains(length), let network = address(parts[0]),
      let other = address(host[...])
    else { return false }
    let mask = length == 0 ? 0 : UInt32.max << (32 - length)
    return network & mask == other & mask
  }

  /// An IPv4 address as a number.
  private static func address(_ text: Substring) -> UInt32? {
    let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard bytes.count == 4 else { return nil }
    var number: UInt32 = 0
    for byte in bytes {
      guard let byte else { return nil }
      number = number << 8 | UInt32(byte)
    }
    return number
  }
}
