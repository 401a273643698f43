import Checks
package import StrictYAML
import Training

/// What is examined: the files of lessons, or those of demos.
package enum TrainingLint: Sendable {
  case lessons, demos

  /// Everything that is wrong with files, in their order.
  ///
  /// - Parameter files: without any, all that are on the shelf.
  /// - Throws: ``ActionError`` for a file that cannot be read.
  package func run(_ files: [String], on shelf: TrainingShelf) throws -> (files: Int, diagnostics: [YAMLDiagnostic]) {
    let files = files.isEmpty ? shipped(shelf) : files
    return (files.count, try files.flatMap { findings(try shelf.text($0), $0) })
  }

  private func shipped(_ shelf: TrainingShelf) -> [String] {
    switch self {
    case .lessons: shelf.lessonFiles
    case .demos: shelf.demoFiles
    }
  }

  private func findings(_ text: String, _ file: String) -> [YAMLDiagnostic] {
    switch self {
    case .lessons: LessonParser.parse(text, file: file, checks: CheckLibrary.parameterTables).diagnostics
    case .demos: DemoParser.parse(text, file: file, checks: CheckLibrary.parameterTables).diagnostics
    }
  }
}
