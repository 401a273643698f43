package import StateDirectory
package import Training

/// What a trainee did: one JSON line an entry, in a file that the console and the command line share.
package struct ProgressFile: ProgressLog {
  private let file: AppendOnlyFile

  package init(_ home: Home) { file = AppendOnlyFile(path: "\(home.path)/learn/progress.jsonl") }

  package func append(_ line: [UInt8]) throws { try file.append(line) }
  package func lines() throws -> [[UInt8]] { try file.lines() }
  package func events() throws -> [LessonEvent] { try lines().compactMap(LessonEvent.init(line:)) }
}
