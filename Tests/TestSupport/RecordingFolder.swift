package import Foundation

/// The reduced recording of the tests, in the form in which a recording lies in a folder.
package enum RecordingFolder {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("ClusterModelTests/Fixtures")

  /// What was done to the recorded cluster, one object a line.
  package static var truth: [Data] {
    get throws {
      try Data(contentsOf: fixtures.appendingPathComponent("kubernetes-a-truth.ndjson")).split(separator: UInt8(ascii: "\n")).map {
        Data($0)
      }
    }
  }

  /// The recording names the second of its start; its events with microseconds show the rest.
  package static let start = "2026-11-22T14:03:29.440Z"

  /// Writes the recording into a folder that is there.
  package static func write(to folder: URL) throws {
    var events = Data()
    for line in try Data(contentsOf: fixtures.appendingPathComponent("kubernetes-a.ndjson")).split(separator: UInt8(ascii: "\n")) {
      // `{"at":0,"resource":"pods","list":{…}}`, or with `event`.
      let head = String(decoding: line.prefix(100), as: UTF8.self)
      guard let mark = head.range(of: #","list":"#), let name = head.split(separator: "\"").dropFirst(5).first else {
        events += line + [UInt8(ascii: "\n")]
        continue
      }
      let start = head.utf8.distance(from: head.startIndex, to: mark.upperBound)
      try Data(line.dropFirst(start).dropLast()).write(to: folder.appendingPathComponent("list-\(name).json"))
    }
    try events.write(to: folder.appendingPathComponent("watch.ndjson"))
    try Data(#"{"startedAt": "2026-11-22T14:03:29Z"}"#.utf8).write(to: folder.appendingPathComponent("meta.json"))
  }
}
