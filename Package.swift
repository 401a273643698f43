// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target holds to the same strict settings.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// Tests are compiled without the optimizer: what they test is optimized, and they are built in a third of the time.
/// - Parameter data: folders of goldens and recordings, which tests read from the source tree.
func tests(_ name: String, _ dependencies: [Target.Dependency], data: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: data, swiftSettings: strict + [.unsafeFlags(["-Onone"])])
}

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "periplus",
  products: [
    .library(name: "ServiceKit", targets: ["ServiceKit"]),
    .executable(name: "periplus", targets: ["periplus"]),
    .executable(name: "periplus-shim", targets: ["periplus-shim"]),
    .executable(name: "reference-app", targets: ["reference-app"]),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // System libraries, and what C alone can say.
    .systemLibrary(name: "CNcurses", path: "Sources/CNcurses"),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib"),
    .systemLibrary(name: "CZstd", path: "Sources/CZstd"),
    .systemLibrary(name: "CPCRE2", path: "Sources/CPCRE2"),
    .systemLibrary(name: "CLinux", path: "Sources/CLinux"),

    // Pure modules: no I/O.
    module("TimeFormat"),
    module("JSONBytes"),
    module("Screen"),
    module("Spelling"),
    module("LogStandard", ["JSONBytes", "TimeFormat"]),
    module("Kubernetes", ["JSONBytes", "TimeFormat"]),
    module("ClusterModel", ["JSONBytes", "TimeFormat", "LogStandard", "Kubernetes"]),
    module("TelemetryModel", ["JSONBytes", "TimeFormat", "Spelling", "LogStandard"]),
    module("StrictYAML", ["JSONBytes", "TimeFormat", "Spelling", yams]),
    module("Application", ["JSONBytes", "Spelling", "StrictYAML"]),
    module("MigrationPlan", ["JSONBytes", "TimeFormat", "StrictYAML"]),
    module("GroundControllers", ["JSONBytes", "TimeFormat", "Kubernetes"]),

    // Modules that speak to the outside.
    module("StateDirectory", ["TimeFormat", "CLinux"]),
    module("Terminal", ["Screen", "CNcurses"]),
    module(
      "RecordStore",
      ["JSONBytes", "TimeFormat", "ClusterModel", "TelemetryModel", "MigrationPlan", "CPCRE2", grdb, grdbSQLite]),
    module(
      "KubernetesClient",
      ["JSONBytes", "TimeFormat", "Spelling", "Kubernetes", "StrictYAML", asyncHTTPClient, nioCore, nioHTTP1, nioSSL, subprocess]),
    module("ClusterFeed", ["JSONBytes", "TimeFormat", "Kubernetes", "ClusterModel", "KubernetesClient"]),
    module("Ingest", ["JSONBytes", "TimeFormat", "LogStandard", "TelemetryModel", "CLinux", "CZlib", "CZstd"]),
    module(
      "Checks",
      ["JSONBytes", "TimeFormat", "LogStandard", "ClusterModel", "TelemetryModel", "MigrationPlan", "StrictYAML", "Application", crypto]),
    module(
      "Recorder",
      [
        "JSONBytes", "TimeFormat", "LogStandard", "ClusterModel", "TelemetryModel", "MigrationPlan", "RecordStore", "KubernetesClient",
        "ClusterFeed", "Ingest", "Checks", "StateDirectory", "Application", asyncHTTPClient, nioCore, nioHTTP1, hummingbird, httpTypes,
        logging, lifecycle,
      ]),
    module(
      "GroundAPI",
      [
        "JSONBytes", "TimeFormat", "Kubernetes", "GroundControllers", hummingbird, hummingbirdCore, httpTypes, nioCore, nioSSL, grdb,
        logging,
        lifecycle, crypto, x509, swiftASN1,
      ]),
    module(
      "GroundNode",
      [
        "JSONBytes", "TimeFormat", "Kubernetes", "GroundAPI", "GroundControllers", "StateDirectory", "CLinux", asyncHTTPClient, nioCore,
        nioPosix, nioHTTP1,
      ]),
    module("Load", ["JSONBytes", "Application", asyncHTTPClient, nioCore, nioHTTP1]),
    module("Views", ["JSONBytes", "TimeFormat", "Screen", "LogStandard", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan"]),
    module(
      "Training",
      ["JSONBytes", "TimeFormat", "TelemetryModel", "MigrationPlan", "Checks", "StrictYAML", "Application", "Kubernetes", "LogStandard"]),
    module(
      "Console",
      [
        "JSONBytes", "TimeFormat", "Screen", "Views", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan", "Checks", "Training",
        "StrictYAML", "Spelling",
      ]),

    module(
      "TrainingGround",
      [
        "JSONBytes", "TimeFormat", "Spelling", "StrictYAML", "Application", "Screen", "Checks", "Training", "Console", "Load", "Kubernetes",
        "KubernetesClient", "StateDirectory", "Views", asyncHTTPClient, nioCore, nioHTTP1,
      ]),

    // The reference app.
    module(
      "ServiceKit",
      [
        "LogStandard", "JSONBytes", "TimeFormat", hummingbird, httpTypes, asyncHTTPClient, nioCore, nioHTTP1, logging, lifecycle,
        unixSignals, grdb,
      ],
      path: "ReferenceApp/Sources/ServiceKit"),
    program(
      "reference-app",
      ["ServiceKit", "TimeFormat", hummingbird, httpTypes, grdb, logging, nioCore, argumentParser],
      path: "ReferenceApp/Sources/reference-app"),

    // Programs.
    program("periplus-shim", ["CLinux"]),
    program(
      "periplus",
      [
        "JSONBytes", "TimeFormat", "Screen", "Terminal", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan", "RecordStore",
        "KubernetesClient", "ClusterFeed", "Ingest", "Checks", "Recorder", "GroundNode", "Load", "Views", "Training", "Console",
        "StateDirectory", "Spelling", "StrictYAML", "Application", "TrainingGround", argumentParser, crypto,
      ]),

    program(
      "benchmarks",
      [
        "JSONBytes", "TimeFormat", "Screen", "LogStandard", "ClusterModel", "TelemetryModel", "RecordStore", "Recorder", "KubernetesClient",
        "ClusterFeed", "GroundAPI", "Console", "StateDirectory", "CLinux", "TestSupport",
      ], path: "Benchmarks"),

    // What the tests of several modules, and the benchmarks, share.
    module("TestSupport", [], path: "Tests/TestSupport"),
    // What stands in for ports, and what every implementation of a port must pass.
    module(
      "TestKits",
      ["JSONBytes", "TimeFormat", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan", "Application", "Checks", "TestSupport"],
      path: "Tests/TestKits"),

    tests("ArchitectureTests", []),
    tests("EndToEndTests", ["JSONBytes", "TestSupport", grdb]),
    tests("TimeFormatTests", ["TimeFormat", "TestSupport"]),
    tests("JSONBytesTests", ["JSONBytes", "TestSupport"]),
    tests("ScreenTests", ["Screen", "TestSupport"]),
    tests("TerminalTests", ["Terminal", "Screen"]),
    tests("LogStandardTests", ["LogStandard", "JSONBytes", "TestSupport"]),
    tests("TelemetryModelTests", ["TelemetryModel", "JSONBytes", "TimeFormat", "TestSupport", "TestKits"]),
    tests("KubernetesTests", ["Kubernetes", "JSONBytes", "TimeFormat"]),
    tests("ClusterModelTests", ["ClusterModel", "Kubernetes", "JSONBytes", "TimeFormat", "TestSupport"], data: ["Fixtures"]),
    tests("SpellingTests", ["Spelling"]),
    tests("StrictYAMLTests", ["StrictYAML", "JSONBytes"]),
    tests("ApplicationTests", ["Application", "StrictYAML", "JSONBytes"]),
    tests("MigrationPlanTests", ["MigrationPlan", "TimeFormat", "JSONBytes", "TestSupport", "StrictYAML", "TestKits"]),
    tests(
      "ChecksTests",
      ["Checks", "MigrationPlan", "TelemetryModel", "ClusterModel", "TimeFormat", "JSONBytes", "StrictYAML", "Application", "TestKits"]),
    tests(
      "TrainingTests",
      [
        "Training", "Checks", "MigrationPlan", "TimeFormat", "JSONBytes", "TelemetryModel", "StrictYAML", "Application", "TestKits",
      ]),
    tests(
      "TrainingGroundTests",
      [
        "TrainingGround", "Training", "Console", "Checks", "Application", "StrictYAML", "StateDirectory", "ClusterModel", "TelemetryModel",
        "JSONBytes", "TimeFormat", "Screen", "TestKits",
      ]),
    tests(
      "RecordStoreTests",
      [
        "RecordStore", "TelemetryModel", "ClusterModel", "MigrationPlan", "TimeFormat", "Ingest", "TestSupport", "TestKits", grdb, "CZlib",
        "CZstd",
      ]),
    tests(
      "RecorderTests",
      [
        "Recorder", "RecordStore", "StateDirectory", "Checks", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan",
        "TimeFormat", "JSONBytes", "KubernetesClient", "ClusterFeed", "StrictYAML", "Ingest", "TestKits", "TestSupport",
      ]),
    tests(
      "KubernetesClientTests",
      [
        "KubernetesClient", "ClusterFeed", "ClusterModel", "JSONBytes", "TimeFormat", hummingbird, httpTypes, nioCore, nioPosix, nioHTTP1,
        nioSSL,
      ]),
    tests(
      "GroundAPITests",
      [
        "GroundAPI", "GroundControllers", "Kubernetes", "JSONBytes", "TimeFormat", "TestSupport", lifecycle, grdb, asyncHTTPClient, nioCore,
        nioPosix, nioHTTP1, nioSSL,
      ]),
    tests(
      "GroundControllersTests",
      [
        "GroundControllers", "Kubernetes", "JSONBytes", "TimeFormat", "TestSupport", "Checks", "ClusterModel", "MigrationPlan",
        "StrictYAML", "TestKits",
      ]),
    tests("GroundNodeTests", ["GroundNode", "GroundAPI", "StateDirectory", "JSONBytes", "TimeFormat"]),
    tests(
      "ServiceKitTests",
      [
        "ServiceKit", "Load", "LogStandard", "JSONBytes", "Application", hummingbird, hummingbirdTesting, asyncHTTPClient, httpTypes,
        nioCore, nioHTTP1, logging,
      ]),
    tests(
      "ConsoleTests",
      [
        "Console", "Views", "Screen", "Kubernetes", "ClusterModel", "TelemetryModel", "MigrationPlan", "TimeFormat", "JSONBytes",
        "TestSupport", "StrictYAML", "TestKits",
      ],
      data: ["Goldens"]),
  ],
  swiftLanguageModes: [.v6]
)
