/// What to run, as the ground's daemon wrote it into the file `spec`: fields that each end in a NUL byte, because no
/// argument and no variable can hold one: `1`, log file, working folder, executable, number of arguments, the arguments (the first is the
/// program's name), number of variables, the variables (`NAME=value`).
struct Specification {
  var log: String
  var folder: String
  var executable: String
  var arguments: [String]
  var environment: [String]

  /// `POD_ROOT=…`, the variable that only this container's processes have.
  var root: String? { environment.first { $0.utf8.starts(with: "POD_ROOT=".utf8) } }

  init?(_ bytes: [UInt8]) {
    // Every field ends in NUL: the last part after the split is empty.
    let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
    guard fields.count >= 6, fields[0] == "1", let count = Int(fields[4]), count > 0, fields.count >= 6 + count,
      let variables = Int(fields[5 + count]), fields.count == 6 + count + variables
    else { return nil }
    log = fields[1]
    folder = fields[2]
    executable = fields[3]
    arguments = Array(fields[5..<5 + count])
    environment = Array(fields[(6 + count)...])
  }
}
