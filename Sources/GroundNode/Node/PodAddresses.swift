import Synchronization

/// Addresses of pods: per node a /24 of the home's /16. An address that was given back is the last to be used again, so that late
/// connections to a dead
/// pod do not reach a new one.
final class PodAddresses: Sendable {
  private struct State {
    var taken: Set<String> = []
    /// Kept for pods that a daemon before this one started.
    var reserved: Set<String> = []
    var next: [Int: Int] = [:]
  }

  private let second: Int
  private let state = Mutex(State())

  init(second: Int) { self.second = second }

  /// The address of a node itself.
  func node(_ number: Int) -> String { "127.\(second).0.\(number)" }

  /// `nil` when the node's network is full.
  func allocate(node: Int) -> String? {
    state.withLock { state in
      let start = state.next[node] ?? 2
      for step in 0..<253 {
        let last = 2 + (start - 2 + step) % 253
        let address = "127.\(second).\(node).\(last)"
        if state.taken.insert(address).inserted {
          state.next[node] = 2 + (last - 1) % 253
          return address
        }
      }
      return nil
    }
  }

  /// Takes an address that a living pod already has; answers whether it is in this network and was free.
  func claim(_ address: String) -> Bool {
    guard address.hasPrefix("127.\(second).") else { return false }
    return state.withLock { state in state.reserved.remove(address) != nil || state.taken.insert(address).inserted }
  }

  /// Keeps an address for a living pod until it claims it, so that no new pod gets it first.
  func reserve(_ address: String) {
    guard address.hasPrefix("127.\(second).") else { return }
    state.withLock { state in if state.taken.insert(address).inserted { state.reserved.insert(address) } }
  }

  func release(_ address: String) { state.withLock { _ = $0.taken.remove(address) } }
}
