import Checks
import ClusterModel
import Foundation
import MigrationPlan
import RecordStore
import StateDirectory
import StrictYAML
import Synchronization
import TelemetryModel
import TestKits
import Testing
import TimeFormat

/// A folder that goes with its test.
final class Folder: Sendable {
  // Short: the path of a Unix socket has room for 107 bytes.
  let path = "/tmp/periplus-rec-\(UUID().uuidString.prefix(8))"

  init() throws { try Files.makeFolder(path) }
  deinit { try? Files.remove(path) }

  var store: String { "\(path)/store" }
  var logs: String { "\(path)/logs" }

  /// Appends a line of a container's log, as its shim writes it.
  func log(_ text: String, pod: String = "orders-1", at: Timestamp = TestClock.start) throws {
    let folder = "\(logs)/shop_\(pod)_uid-\(pod)/orders"
    for folder in [logs, "\(logs)/shop_\(pod)_uid-\(pod)", folder] { try Files.makeFolder(folder) }
    let before = Files.text("\(folder)/0.log") ?? ""
    // In place: the file stays the one that is being read.
    let handle = FileHandle(forUpdatingAtPath: "\(folder)/0.log")
    let line = "\(at.rfc3339(.nanoseconds)) stdout F \(text)\n"
    if let handle {
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(line.utf8))
      try handle.close()
    } else {
      try Files.write(before + line, to: "\(folder)/0.log")
    }
  }
}

/// A clock that the test moves, and a pause that lasts until the test ends it.
final class TestClock: Sendable {
  static let start = Timestamp(rfc3339: "2018-01-22T14:04:11Z")!

  private let moment = Mutex(TestClock.start)
  private let arrivals: AsyncStream<Duration>
  private let arrival: AsyncStream<Duration>.Continuation
  private let pauses = Mutex<[AsyncStream<Void>.Continuation]>([])

  init() { (arrivals, arrival) = AsyncStream.makeStream() }

  func now() -> Timestamp { moment.withLock { $0 } }
  func advance(_ duration: Duration) { moment.withLock { $0 = $0 + duration } }

  func pause(_ duration: Duration) async throws {
    // Each pause has a stream of its own: one that is cancelled does not end those after it.
    let (steps, step) = AsyncStream<Void>.makeStream()
    pauses.withLock { $0.append(step) }
    arrival.yield(duration)
    for await _ in steps { return }
    throw CancellationError()
  }

  /// Returns when the one under test pauses, with how long it wants to.
  @discardableResult
  func paused() async throws -> Duration {
    for await duration in arrivals { return duration }
    throw CancellationError()
  }

  /// Ends the pause.
  func goOn() {
    let waiting = pauses.withLock { pauses in
      defer { pauses = [] }
      return pauses
    }
    for pause in waiting { pause.yield() }
  }
}

extension StillCluster {
  /// The ground, when its connection is the only thing that matters.
  static func ground(_ connection: ClusterConnection = .live(since: TestClock.start)) -> StillCluster {
    StillCluster("ground", at: TestClock.start, connection: connection)
  }
}

struct NoServiceClient: ServiceClient {
  func send(_ request: ServiceRequest) async throws -> ServiceResponse { throw ServiceClientError("it is shut") }
}

func plan() throws -> Plan {
  let text = """
    version: 1
    program: {id: a, name: A, start: 2018-01-15, sprintDays: 14, lastSprint: 11, clusters: [{id: ground, context: g, provingGround: true}]}
    facilities: [{id: logging, order: 1, name: Logging}]
    checks: [{id: one, facility: logging, timeToLive: 10m}, {id: two, facility: logging, timeToLive: 60m}]
    """
  let (plan, diagnostics) = PlanParser.parse(text, file: "p")
  return try #require(plan, "\(diagnostics.map(\.text))")
}
