import JSONBytes
import RecordStore
import TimeFormat

/// Removes from the store what a retention that was asked for does not keep.
struct PruneJob: Sendable {
  let store: StoreWriter
  let now: @Sendable () -> Timestamp

  func run(_ body: JSONValue, _ answer: @Sendable (JSONValue) -> Void) async {
    guard let age = body["ageSeconds"]?.intValue, let bytes = body["bytes"]?.intValue, age >= 0, bytes >= 0 else {
      return answer(["error": "expected ageSeconds and bytes, none of them negative, in what is to be pruned"])
    }
    let retention = Retention(age: .seconds(age), bytes: bytes)
    var isDone = false
    while !isDone, !Task.isCancelled {
      isDone = step(retention, answer)
      // Whoever stores has its turn between two steps.
      await Task.yield()
    }
  }

  private func step(_ retention: Retention, _ answer: (JSONValue) -> Void) -> Bool {
    do {
      let step = try store.prune(retention, now: now())
      answer(["removed": .int(step.removed)])
      return step.isDone
    } catch {
      answer(["error": .string("\(error)")])
      return true
    }
  }
}
