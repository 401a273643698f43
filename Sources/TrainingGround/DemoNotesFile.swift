import JSONBytes
package import StateDirectory
package import Training

/// Where the console that shows a demo keeps its presenter's notes, so that `periplus demo notes` reads them in another terminal.
///
/// The first line is the console's process, the second the notes. The file is replaced as a whole with each change.
package struct DemoNotesFile: Sendable {
  private let home: Home

  package init(_ home: Home) { self.home = home }

  /// The folder to watch for changes.
  package var folder: String { home.run }
  private var path: String { home.demoNotes }

  package func write(_ notes: DemoNotes) throws {
    guard let process = ProcessIdentity.current else { throw EnvironmentError("this process cannot be identified; is /proc mounted?") }
    try Files.makeFolder(folder)
    try Files.write("\(process.text)\n\(DemoNotes.shape.line(notes))\n", to: path)
  }

  /// Removes the notes of this process; those of another console stay.
  package func remove() throws {
    guard ProcessIdentity.read(from: path) == ProcessIdentity.current else { return }
    try Files.remove(path)
  }

  /// `nil` when no demo is open: there is no file, or the console that wrote it has ended.
  package func read() -> DemoNotes? {
    guard let text = Files.text(path) else { return nil }
    let lines = text.split(separator: "\n")
    guard lines.count == 2, ProcessIdentity(text: String(lines[0]))?.isAlive == true,
      let json = try? JSONValue(parsing: Array(lines[1].utf8))
    else { return nil }
    return DemoNotes(json: json)
  }
}
