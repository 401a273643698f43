import Recorder
import Synchronization

/// Tells who runs a recorder what its services wait for, and when that is over. Services that simply run are no news.
final class ServiceTroubles: Sendable {
  private let troubled = Mutex<Set<String>>([])
  private let tell: @Sendable (String) -> Void

  init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

  func note(_ status: ServiceStatus) {
    let isTrouble = status.state != .running || status.reason != nil
    let wasTroubled = troubled.withLock { troubled in
      defer { if isTrouble { troubled.insert(status.display) } else { troubled.remove(status.display) } }
      return troubled.contains(status.display)
    }
    if isTrouble || wasTroubled { tell(status.sentence) }
  }
}
