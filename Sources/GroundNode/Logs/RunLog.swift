import CLinux
import Glibc
import GroundAPI
import StateDirectory

/// The log files of one run of a container: `3.log`, and before it those that rotation put away, `3.log.20180122-140411`.
struct RunLog: Sendable {
  let folder: String
  let number: Int

  /// Opened for reading, and closed with this object: what was opened can be read though it is renamed or removed.
  final class File: Sendable {
    let descriptor: Int32
    let inode: UInt64

    fileprivate init?(_ path: String) {
      let descriptor = periplus_open(path, O_RDONLY, 0)
      guard descriptor >= 0 else { return nil }
      self.descriptor = descriptor
      inode = periplus_inode(descriptor)
    }

    deinit { close(descriptor) }
  }

  private var names: [String] {
    let names = Files.names(in: folder).filter { Self.run(of: $0) == number }
    let current = "\(number).log"
    return names.filter { $0 != current }.sorted() + names.filter { $0 == current }
  }

  /// The run whose log the file is; `nil` when it is no log.
  static func run(of name: String) -> Int? {
    guard let end = name.firstRange(of: ".log") else { return nil }
    let rest = name[end.upperBound...]
    return rest.isEmpty || rest.hasPrefix(".") ? Int(name[..<end.lowerBound]) : nil
  }

  /// The files that are there, oldest first.
  /// - Parameter last: only those younger than this one, which is still open, so that no other can have its inode.
  func files(after last: File? = nil) throws(APIError) -> [File] {
    // Once more where a file was put away between the listing and the opening.
    for _ in 0..<5 {
      let order = names
      let files = order.compactMap { File("\(folder)/\($0)") }
      guard files.count == order.count, names == order else { continue }
      guard let last, let place = files.firstIndex(where: { $0.inode == last.inode }) else { return files }
      return Array(files[(place + 1)...])
    }
    throw APIError(
      code: 500, reason: "InternalError",
      message: "failed to open log file \"\(folder)/\(number).log\": \(String(cString: strerror(errno)))")
  }
}
