import JSONBytes
package import RecordStore

extension ControlClient {
  /// What the recorder's commits change, as it tells it; the first element is empty and says that it listens. Ends when there is no
  /// recorder, or it is gone.
  package func commits() -> AsyncStream<StoreChange> {
    AsyncStream { continuation in
      let task = Task {
        // Why it ended is of no use: who follows looks for itself, and tries again.
        try? await run("changes") { line in
          continuation.yield(StoreChange(words: (line["changed"]?.arrayValue ?? []).compactMap(\.stringValue)))
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
