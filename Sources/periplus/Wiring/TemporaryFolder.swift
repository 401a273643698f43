import Glibc
import StateDirectory

/// A folder for one command, which is removed with it, also on ctrl-c.
struct TemporaryFolder {
  let path: String

  init() throws {
    let parent = Environment.current["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(parent)/periplus-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Problem.environment("\(SystemError("make a folder in", parent)); TMPDIR names another place for it")
    }
    let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = made
    Interrupts.onInterrupt {
      try? Files.remove(made)
      _exit(130)
    }
  }

  func remove() { try? Files.remove(path) }
}
