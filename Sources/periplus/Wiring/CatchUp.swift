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
    let reached = GroundLauncher(home: home).isRunning("recorder") ? await recorderReached() : nil
    return RequestCollection(await store.completeness(), reached: reached.map { ["ground": $0] } ?? [:], asked: asked)
  }

  /// Why records may be missing that were written before the command; `nil` when none can be, or nobody collects.
  func complaint(_ collection: RequestCollection) -> String? {
    DesiredState.read(home) == .up ? collection.behind(asked) : nil
  }

  private func recorderReached() async -> Timestamp? {
    let client = ControlClient(socket: home.socket("recorder"))
    return await withTaskGroup(of: Timestamp?.self) { group in
      group.addTask {
        var reached: Timestamp?
        try? await client.run("collected") { line in
          reached = line["collectedUntil"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        }
        return reached
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(2))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }
}
