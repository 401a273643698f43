import Checks
import Spelling
import StateDirectory
import StrictYAML
package import Training

/// The lessons and demos that come with the program.
package struct TrainingShelf: Sendable {
  /// A folder with a folder for each lesson.
  private let lessonFolder: String
  private let demoFolder: String

  package init(lessons: String, demos: String) {
    lessonFolder = lessons
    demoFolder = demos
  }

  package var lessonFiles: [String] {
    Files.names(in: lessonFolder).map { "\(lessonFolder)/\($0)/lesson.yaml" }.filter(Files.exists)
  }

  package var demoFiles: [String] { Files.names(in: demoFolder).filter { $0.hasSuffix(".demo.yaml") }.map { "\(demoFolder)/\($0)" } }

  /// In the course's order.
  package func lessons() throws -> [Lesson] {
    try lessonFiles.map { file in
      let (lesson, diagnostics) = LessonParser.parse(try text(file), file: file, checks: CheckLibrary.parameterTables)
      return try usable(lesson, diagnostics, file)
    }.sorted { ($0.number, $0.id) < ($1.number, $1.id) }
  }

  /// By id or by number.
  package func lesson(_ name: String) throws -> Lesson {
    let lessons = try lessons()
    if let lesson = lessons.first(where: { $0.id == name || "\($0.number)" == name }) { return lesson }
    let nearest = EditDistance.nearest(to: name, among: lessons.map(\.id))
    throw ActionError(
      "there is no lesson '\(name)'; \(nearest.map { "did you mean '\($0)'? " } ?? "")periplus learn list shows all \(lessons.count)",
      kind: .notFound)
  }

  package func demos() throws -> [Demo] {
    try demoFiles.map { file in
      let (demo, diagnostics) = DemoParser.parse(try text(file), file: file, checks: CheckLibrary.parameterTables)
      return try usable(demo, diagnostics, file)
    }.sorted { $0.number < $1.number }
  }

  package func demo(_ name: String) throws -> Demo {
    let demos = try demos()
    if let number = Int(name), let demo = demos.first(where: { $0.number == number }) { return demo }
    throw ActionError(
      "there is no demo \(name); there are \(demos.map { "\($0.number)" }.joined(separator: ", ")): periplus demo list shows them",
      kind: .notFound)
  }

  package func text(_ file: String) throws -> String {
    guard let text = Files.text(file) else {
      throw ActionError("expected a file at \(file) and found none that can be read", kind: .notFound)
    }
    return text
  }

  private func usable<Item>(_ item: Item?, _ diagnostics: [YAMLDiagnostic], _ file: String) throws -> Item {
    if let item { return item }
    let errors = diagnostics.filter { $0.severity == .error }
    let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
    throw ActionError("\(errors.first?.text ?? "\(file) is empty")\(more)", kind: .notFound)
  }
}
