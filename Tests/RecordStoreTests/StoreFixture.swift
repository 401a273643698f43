import Glibc
import RecordStore
import TimeFormat

/// A store in a folder of its own, which goes with it.
final class StoreFixture: Sendable {
  let directory: String
  let now = Timestamp(milliseconds: 1_516_629_900_000)

  init() {
    var template = Array("/tmp/periplus-store-XXXXXX".utf8CString)
    mkdtemp(&template)
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { removeTree(directory) }

  func writer(maximumPages: Int? = nil) throws -> StoreWriter {
    try StoreWriter(directory: directory, now: now, maximumPages: maximumPages)
  }
  var reader: StoreReader { StoreReader(directory: directory) }

  func write(_ bytes: [UInt8], _ name: String) {
    makeFolders(upTo: "\(directory)/\(name)")
    let file = open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
  }

  func append(_ text: String, _ name: String) {
    makeFolders(upTo: "\(directory)/\(name)")
    let file = open("\(directory)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    _ = Array(text.utf8).withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
  }

  func remove(_ name: String) { removeTree("\(directory)/\(name)") }
  func move(_ name: String, _ other: String) { rename("\(directory)/\(name)", "\(directory)/\(other)") }

  func names(_ folder: String = "") -> [String] { entries("\(directory)/\(folder)") }

  private func makeFolders(upTo path: String) {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o700)
    }
  }
}

private func entries(_ folder: String) -> [String] {
  guard let handle = opendir(folder) else { return [] }
  defer { closedir(handle) }
  var names: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

private func removeTree(_ path: String) {
  for name in entries(path) { removeTree("\(path)/\(name)") }
  remove(path)
}
