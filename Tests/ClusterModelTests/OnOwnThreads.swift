import Foundation
import Testing

/// Runs tests that compute for long on threads of their own. The threads that all tests share are as many as there are processors: whoever
/// computes on them for seconds keeps those waiting that only look whether a process or a server has come so far.
struct OnOwnThreads: SuiteTrait, TestTrait, TestScoping {
  private final class Threads: TaskExecutor {
    private let queue = DispatchQueue(label: "tests that compute", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  private static let threads = Threads()

  var isRecursive: Bool { true }

  func provideScope(for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void) async throws {
    try await withTaskExecutorPreference(Self.threads) { try await function() }
  }
}

extension Trait where Self == OnOwnThreads {
  static var onOwnThreads: Self { OnOwnThreads() }
}
