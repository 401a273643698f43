import CLinux
import Glibc

/// Small files without Foundation: this program's start must cost little.
enum Bytes {
  static func read(_ path: String) -> [UInt8]? {
    let descriptor = periplus_open(path, O_RDONLY, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  static func text(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

  /// Replaces a file durably: temporary file, fsync, rename, fsync of the folder. Retries while the disk is full, because
  /// an exit that is not recorded would be lost for good.
  static func writeDurably(_ text: String, to path: String, in folder: String, attempts: Int = .max) {
    let temporary = path + ".tmp"
    var left = attempts
    while !write(text, to: temporary) || rename(temporary, path) != 0 {
      // The folder may have been removed with the pod: then nobody waits for this file.
      if access(folder, F_OK) != 0 { return }
      left -= 1
      if left <= 0 { return }
      sleep(1)
    }
    let descriptor = periplus_open(folder, O_RDONLY | O_DIRECTORY, 0)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func write(_ text: String, to path: String) -> Bool {
    let descriptor = periplus_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
  }
}
