import Foundation
import Testing

/// What each room may import. SwiftPM alone lets an undeclared transitive import through; this table does not.
private let allowed: [String: Set<String>] = {
  let system: Set<String> = ["Glibc", "Synchronization"]
  let domain: Set<String> = ["JSONBytes", "TimeFormat", "LogStandard", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan"]
  return [
    // Pure: no I/O, no Foundation beyond FoundationEssentials.
    "Sources/TimeFormat": [],
    "Sources/JSONBytes": [],
    "Sources/Screen": [],
    "Sources/LogStandard": ["JSONBytes", "TimeFormat"],
    "Sources/Kubernetes": ["JSONBytes", "TimeFormat"],
    "Sources/ClusterModel": ["JSONBytes", "TimeFormat", "Kubernetes"],
    "Sources/TelemetryModel": ["JSONBytes", "TimeFormat", "LogStandard"],
    "Sources/MigrationPlan": ["JSONBytes", "TimeFormat", "Yams"],
    "Sources/GroundControllers": ["JSONBytes", "TimeFormat", "Kubernetes", "Synchronization"],
    "Sources/Checks": domain.union(["Synchronization"]),
    "Sources/Views": domain.union(["Screen"]),
    "Sources/Training": domain.union(["Checks", "Yams", "Synchronization"]),
    "Sources/Console": domain.union(["Screen", "Views", "Training", "Synchronization"]),
    // With the outside world.
    "Sources/StateDirectory": system.union(["JSONBytes", "TimeFormat", "CLinux"]),
    "Sources/Terminal": system.union(["Screen", "CNcurses", "CLinux"]),
    "Sources/RecordStore": system.union(domain).union([
      "GRDB", "GRDBSQLite", "CPCRE2", "StateDirectory", "Foundation", "FoundationEssentials",
    ]),
    "Sources/KubernetesClient": system.union([
      "JSONBytes", "TimeFormat", "Kubernetes", "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOFoundationCompat", "NIOSSL",
      "Yams",
      "Subprocess", "SystemPackage",
      "Foundation", "FoundationEssentials",
    ]),
    "Sources/ClusterFeed": system.union(["JSONBytes", "TimeFormat", "Kubernetes", "ClusterModel", "KubernetesClient"]),
    "Sources/Ingest": system.union(["JSONBytes", "TimeFormat", "LogStandard", "TelemetryModel", "CZlib", "CZstd"]),
    "Sources/Recorder": system.union(domain).union([
      "RecordStore", "KubernetesClient", "ClusterFeed", "Ingest", "Checks", "StateDirectory", "AsyncHTTPClient", "NIOCore", "NIOHTTP1",
      "Hummingbird", "HTTPTypes", "Logging", "ServiceLifecycle",
    ]),
    "Sources/GroundAPI": system.union([
      "JSONBytes", "TimeFormat", "Kubernetes", "GroundControllers", "Hummingbird", "HTTPTypes", "NIOCore", "NIOPosix", "GRDB", "Logging",
      "ServiceLifecycle", "Foundation",
      "FoundationEssentials",
    ]),
    "Sources/GroundNode": system.union([
      "JSONBytes", "TimeFormat", "Kubernetes", "GroundAPI", "GroundControllers", "StateDirectory", "CLinux", "AsyncHTTPClient", "NIOCore",
      "NIOPosix",
      "NIOHTTP1", "Crypto", "ServiceLifecycle", "Logging", "FoundationEssentials",
    ]),
    "Sources/Load": system.union(["JSONBytes", "TimeFormat", "AsyncHTTPClient", "NIOCore", "NIOHTTP1"]),
    "Sources/periplus-shim": ["Glibc", "CLinux"],
    // ServiceKit knows nothing of Periplus but the standard; the reference app knows nothing of it but ServiceKit.
    "ReferenceApp/Sources/ServiceKit": system.union([
      "LogStandard", "JSONBytes", "TimeFormat", "Hummingbird", "HTTPTypes", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "Logging",
      "ServiceLifecycle", "UnixSignals", "GRDB", "CDispatch", "Foundation", "FoundationEssentials",
    ]),
    "ReferenceApp/Sources/reference-app": system.union([
      "ServiceKit", "JSONBytes", "TimeFormat", "Hummingbird", "HTTPTypes", "GRDB", "Logging", "ServiceLifecycle", "NIOCore",
      "ArgumentParser",
      "Foundation", "FoundationEssentials",
    ]),
  ]
}()

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func swiftFiles(below folder: String) -> [URL] {
  let walker = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
  return (walker?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
}

@Suite("Architecture")
struct ImportTests {
  @Test("every file imports only what its room may", arguments: allowed.keys.sorted())
  func imports(room: String) throws {
    let files = swiftFiles(below: room)
    try #require(!files.isEmpty, "\(room) is an empty room")
    for file in files {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
          words[..<keyword].allSatisfy({ $0 == "package" || $0 == "public" || $0 == "internal" || $0.hasPrefix("@") })
        else { continue }
        let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "let", "var"]
        let name = kinds.contains(words[keyword + 1]) ? words[keyword + 2] : words[keyword + 1]
        let module = String(name.split(separator: ".")[0])
        #expect(allowed[room]?.contains(module) == true, "\(room)/\(file.lastPathComponent) imports \(module)")
      }
    }
  }

  @Test("only Terminal speaks to ncurses, only the executable wires")
  func everyRoomIsListed() throws {
    let listed = Set(allowed.keys.filter { $0.hasPrefix("Sources/") }.map { String($0.dropFirst("Sources/".count)) })
    let present = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path)
      .filter { !swiftFiles(below: "Sources/\($0)").isEmpty }
    #expect(Set(present).subtracting(listed) == ["periplus"])
  }

  @Test("a file has one idea and stays short")
  func lengths() throws {
    for file in ["Sources", "ReferenceApp/Sources", "Tests", "Benchmarks"].flatMap(swiftFiles(below:)) {
      let lines = try String(contentsOf: file, encoding: .utf8).utf8.count { $0 == UInt8(ascii: "\n") }
      #expect(lines <= 450, "\(file.lastPathComponent) has \(lines) lines")
    }
  }
}
