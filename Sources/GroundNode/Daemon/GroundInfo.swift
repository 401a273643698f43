import JSONBytes
package import StateDirectory

/// What `run/ground.json` says of the running daemon.
package struct GroundInfo: Sendable, Hashable {
  package var port: Int
  package var url: String
  /// `127.x.0.0/16`.
  package var network: String
  package var process: ProcessIdentity

  /// `nil` when no daemon runs, or it is not ready yet.
  package static func running(_ home: Home) -> GroundInfo? {
    guard let bytes = try? Files.read(home.groundInfo), let tree = try? JSONValue(parsing: bytes),
      let port = tree["port"]?.intValue, let url = tree["url"]?.stringValue, let network = tree["network"]?.stringValue,
      let process = tree["process"]?.stringValue.flatMap({ ProcessIdentity(text: $0) }), process.isAlive
    else { return nil }
    return GroundInfo(port: Int(port), url: url, network: network, process: process)
  }

  func write(_ home: Home) throws {
    let tree: JSONValue = [
      "port": .int(Int64(port)), "url": .string(url), "network": .string(network), "pid": .int(Int64(process.pid)),
      "process": .string(process.text),
    ]
    try Files.write(tree.jsonString + "\n", to: home.groundInfo)
  }
}
