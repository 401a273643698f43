import StateDirectory
import Training

/// What a trainee did: one JSON line an entry, in a file that the console and the command line share.
struct ProgressFile: ProgressLog {
  private let file: AppendOnlyFile

  init(_ home: Home) { file = AppendOnlyFile(path: "\(home.path)/learn/progress.jsonl") }

  func append(_ line: [UInt8]) throws { try file.append(line) }
  func lines() throws -> [[UInt8]] { try file.lines() }
  func events() throws -> [LessonEvent] { try lines().compactMap(LessonEvent.init(line:)) }
}
