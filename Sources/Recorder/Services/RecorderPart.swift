import ServiceLifecycle
import TimeFormat

/// One service of the recorder: runs until it is shut down, and when it fails, again after a while. Whatever it meets, no other
/// service hears of it.
package struct RecorderPart: Service, CustomStringConvertible {
  /// What a part tells of itself while it runs.
  package struct Report: Sendable {
    fileprivate let part: RecorderPart

    /// - Parameter note: what is not as it might be, while it runs.
    package func running(_ note: String? = nil) { part.states.set(part.name, part.cluster, .running, note) }
    package func waiting(_ reason: String) { part.states.set(part.name, part.cluster, .waiting, reason) }
  }

  /// Thrown by a part that has nothing to do here, with the reason.
  package struct Off: Error {
    package var reason: String
    package init(_ reason: String) { self.reason = reason }
  }

  package let name: String
  package let cluster: String
  let states: ServiceStates
  /// Waits; throws when it is cancelled.
  let pause: @Sendable (Duration) async throws -> Void
  let body: @Sendable (Report) async throws -> Void
  /// Whether the body ends by itself when it is shut down; else it is cancelled then.
  let endsByItself: Bool

  package init(
    _ name: String, of cluster: String = "", states: ServiceStates, endsByItself: Bool = false,
    pause: @escaping @Sendable (Duration) async throws -> Void, _ body: @escaping @Sendable (Report) async throws -> Void
  ) {
    self.name = name
    self.cluster = cluster
    self.states = states
    self.endsByItself = endsByItself
    self.pause = pause
    self.body = body
  }

  package var description: String { cluster.isEmpty ? name : "\(name) of \(cluster)" }

  package func run() async throws {
    var backOff = BackOff()
    let report = Report(part: self)
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      report.running()
      do {
        if endsByItself { try await body(report) } else { try await cancelWhenGracefulShutdown { [body] in try await body(report) } }
        return await rest()
      } catch let off as Off {
        states.set(name, cluster, .off, off.reason)
        return await rest()
      } catch {
        guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        let wait = backOff.next()
        states.set(name, cluster, .failed, "\(error); trying again in \(wait.brief)")
        do { try await cancelWhenGracefulShutdown { [pause] in try await pause(wait) } } catch { return }
      }
    }
  }

  /// The group takes a service that ends early for a failed one.
  private func rest() async { try? await gracefulShutdown() }
}
