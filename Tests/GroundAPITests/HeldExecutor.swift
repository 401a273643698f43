import Foundation
import Synchronization

/// Runs jobs one after the other, on no thread of the tests; none while it is held.
final class HeldExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isHeld = false
    var isAtWork = false
    /// Who waits until the job that runs has ended.
    var holder: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func enqueue(_ job: consuming ExecutorJob) {
    let added = UnownedJob(job)
    state.withLock { $0.jobs.append(added) }
    begin()
  }

  /// Returns when no job runs any more; none begins until ``letGo()``.
  func hold() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isIdle = state.withLock { state in
        state.isHeld = true
        if state.isAtWork { state.holder = continuation }
        return !state.isAtWork
      }
      if isIdle { continuation.resume() }
    }
  }

  func letGo() {
    state.withLock { $0.isHeld = false }
    begin()
  }

  private func begin() {
    let begins = state.withLock { state in
      if state.isHeld || state.isAtWork || state.jobs.isEmpty { return false }
      state.isAtWork = true
      return true
    }
    if begins { Thread.detachNewThread { self.work() } }
  }

  private func work() {
    while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func next() -> UnownedJob? {
    let (job, holder) = state.withLock { state -> (UnownedJob?, CheckedContinuation<Void, Never>?) in
      if !state.isHeld, !state.jobs.isEmpty { return (state.jobs.removeFirst(), nil) }
      state.isAtWork = false
      defer { state.holder = nil }
      return (nil, state.holder)
    }
    holder?.resume()
    return job
  }
}
