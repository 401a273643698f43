import JSONBytes
import RecordStore
import Recorder
import StateDirectory
import TimeFormat
import Views

/// Lets the recorder catch up with what was written before a command was given.
struct CatchUp {
  let home: Home
  /// When the command was given.
  private let asked = WallClock.now()

  init(home: Home) { self.home = home }

  /// Waits at most 2 s; answers how far the logs are collected then.
  func wait(_ store: StoreReader) async -> RequestCollection {
    let reached = GroundLauncher(home: home).isRunning("recorder") ? await recorderReached() : [:]
    return RequestCollection(await store.completeness(), reached: reached, asked: asked)
  }

  /// Why records may be missing that were written before the command; `nil` when none can be, or nobody collects.
  func complaint(_ collection: RequestCollection) -> String? {
    DesiredState.read(home) == .up ? collection.behind(asked) : nil
  }

  /// By cluster.
  private func recorderReached() async -> [String: Timestamp] {
    let client = ControlClient(socket: home.socket("recorder"))
    return await withTaskGroup(of: [String: Timestamp].self) { group in
      group.addTask {
        var reached: [String: Timestamp] = [:]
        try? await client.run("collected") { line in
          guard let cluster = line["cluster"]?.stringValue else { return }
          reached[cluster] = line["collectedUntil"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        }
        return reached
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(2))
        return [:]
      }
      let first = await group.next() ?? [:]
      group.cancelAll()
      return first
    }
  }
}
