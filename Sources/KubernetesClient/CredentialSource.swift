import FoundationEssentials
import TimeFormat

/// What is sent to prove who asks.
struct Credential: Sendable, Hashable {
  var authorization: String?
  /// PEM.
  var clientCertificate: [UInt8]?
  var clientKey: [UInt8]?
  var expires: Timestamp?
}

/// How long a credential plugin is waited for.
package struct PluginLimits: Sendable, Hashable {
  /// How long a request waits for a plugin that runs; it fails then and says so, and the plugin goes on for the next one.
  package var patience = Duration.seconds(4)
  /// How long a plugin may run before it is ended: it may ask a slow identity provider, and never a person.
  package var deadline = Duration.seconds(60)

  package init() {}
}

/// Gives the credential of a user, reading token files again and running plugins when theirs has run out.
actor CredentialSource {
  private let context: KubeContext
  private let now: @Sendable () -> Timestamp
  private let limits: PluginLimits
  private var held: Credential?
  private var heldSince = Timestamp(nanoseconds: 0)
  private var running: Task<Credential, any Error>?
  /// Requests that wait for it.
  private var waiting = 0

  init(_ context: KubeContext, _ limits: PluginLimits, now: @escaping @Sendable () -> Timestamp) {
    self.context = context
    self.limits = limits
    self.now = now
  }

  /// Forgets what is held, after the server refused it.
  func invalidate() { held = nil }

  /// Ends a plugin that runs.
  func cancel() { running?.cancel() }

  /// Whether the next credential may be another than that which was refused.
  nonisolated var canRenew: Bool { context.user.exec != nil || context.user.tokenFile != nil }

  func credential() async throws -> Credential {
    if let held, isFresh(held) { return held }
    let task = running ?? start()
    running = task
    waiting += 1
    defer { waiting -= 1 }
    if let result = await Self.result(of: task, within: limits.patience) { return try result.get() }
    guard !Task.isCancelled else {
      // Nobody wants it any more.
      if waiting == 1 { task.cancel() }
      throw CancellationError()
    }
    throw KubernetesError(
      .unauthorized,
      "the credential plugin \(context.user.exec?.command ?? "") of context \(context.name) has not answered yet; it is given \(limits.deadline.brief)"
    )
  }

  private func start() -> Task<Credential, any Error> {
    Task {
      defer { running = nil }
      let made = try await Self.make(context, deadline: limits.deadline)
      held = made
      heldSince = now()
      return made
    }
  }

  /// `nil` when the time is over first, or who waits is cancelled: neither ends the task.
  private static func result(of task: Task<Credential, any Error>, within limit: Duration) async -> Result<Credential, any Error>? {
    let (results, result) = AsyncStream<Result<Credential, any Error>>.makeStream(bufferingPolicy: .bufferingNewest(1))
    Task {
      result.yield(await task.result)
      result.finish()
    }
    let timer = Task {
      try? await Task.sleep(for: limit)
      result.finish()
    }
    defer { timer.cancel() }
    for await result in results { return result }
    return nil
  }

  private func isFresh(_ credential: Credential) -> Bool {
    let user = context.user
    if user.exec != nil { return credential.expires.map { now() + .seconds(10) < $0 } ?? true }
    if user.tokenFile != nil { return now() - heldSince < .seconds(60) }
    return true
  }

  private static func make(_ context: KubeContext, deadline: Duration) async throws -> Credential {
    let user = context.user
    var credential = Credential(clientCertificate: user.clientCertificate, clientKey: user.clientKey)
    if let file = user.tokenFile {
      let token = String(try Kubeconfig.text(file).trimmed)
      guard !token.isEmpty else { throw KubernetesError(.configuration, "\(file) has no token") }
      credential.authorization = "Bearer \(token)"
    } else if let token = user.token, !token.isEmpty {
      credential.authorization = "Bearer \(token)"
    } else if let name = user.username {
      credential.authorization = "Basic \(Data("\(name):\(user.password ?? "")".utf8).base64EncodedString())"
    } else if let exec = user.exec {
      return try await PluginRun(plugin: exec, context: context, deadline: deadline).credential()
    }
    return credential
  }
}

extension StringProtocol {
  /// Without white space at its ends.
  var trimmed: SubSequence {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
    while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
    return rest
  }
}
