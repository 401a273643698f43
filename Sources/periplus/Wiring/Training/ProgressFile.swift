import Glibc
import StateDirectory
import Training

/// The append-only file of what a trainee did: one JSON line an entry.
struct ProgressFile: ProgressLog {
  let path: String

  init(_ home: Home) { path = "\(home.path)/learn/progress.jsonl" }

  func append(_ line: [UInt8]) throws {
    if let folder = Files.parent(of: path) { try Files.makeFolder(folder) }
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("written") }
    defer { close(descriptor) }
    // A line that was torn by a power cut must not swallow this one.
    var last: UInt8 = 0
    let size = lseek(descriptor, 0, SEEK_END)
    let isTorn = size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != UInt8(ascii: "\n")
    let bytes = (isTorn ? [UInt8(ascii: "\n")] : []) + line + [UInt8(ascii: "\n")]
    // One write: with O_APPEND the console and the command line never mix their lines.
    guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else { throw failure("written") }
  }

  func lines() throws -> [[UInt8]] {
    do {
      return try (Files.read(path) ?? []).split(separator: UInt8(ascii: "\n")).map(Array.init)
    } catch {
      throw failure("read")
    }
  }

  func events() throws -> [LessonEvent] { try lines().compactMap(LessonEvent.init(line:)) }

  private func failure(_ verb: String) -> GroundActionError {
    GroundActionError("your progress in \(path) cannot be \(verb): \(String(cString: strerror(errno)))")
  }
}
