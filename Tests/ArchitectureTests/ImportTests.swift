import Foundation
import Testing

/// System modules that a target may import beside what it declares in Package.swift. A target that is not listed may import
/// `Glibc` and `Synchronization`.
private let systemModules: [String: Set<String>] = {
  let system: Set<String> = ["Glibc", "Synchronization"]
  let foundation = system.union(["Foundation", "FoundationEssentials"])
  return [
    "RecordStore": foundation,
    "KubernetesClient": foundation,
    "GroundAPI": foundation,
    "GroundNode": system.union(["FoundationEssentials"]),
    "StateDirectory": system.union(["Dispatch"]),
    "ServiceKit": foundation.union(["Dispatch"]),
    "reference-app": foundation,
    "periplus": system.union(["Dispatch"]),
  ]
}()

/// Targets without I/O and Foundation: they declare only each other and ``purePackages``, and import no system module but these.
private let pure: [String: Set<String>] = [
  "TimeFormat": [], "JSONBytes": [], "Screen": [], "Spelling": [], "LogStandard": [], "Kubernetes": [], "ClusterModel": [],
  "TelemetryModel": [],
  "StrictYAML": [], "Application": [], "MigrationPlan": [], "Views": ["Synchronization"], "GroundControllers": ["Synchronization"],
  "Checks": ["Synchronization"], "Training": ["Synchronization"], "Console": ["Synchronization"],
]

/// Products of other packages that do no I/O.
private let purePackages: Set<String> = ["Crypto", "Yams"]

private let manifest = PackageManifest.current

@Suite("Architecture")
struct ImportTests {
  @Test("a target imports only what Package.swift declares for it, and system modules that this test allows", arguments: manifest.targets)
  func importsAreDeclared(target: PackageManifest.Target) throws {
    let files = SourceFile.all(below: target.path)
    try #require(!files.isEmpty, "\(target.path) has no Swift file")
    let system =
      target.path.hasPrefix("Tests/")
      ? ["Testing", "Foundation", "Glibc", "Synchronization"]
      : pure[target.name] ?? systemModules[target.name] ?? ["Glibc", "Synchronization"]
    for file in files {
      let undeclared = try file.imports().subtracting(target.dependencies).subtracting(system)
      #expect(
        undeclared.isEmpty, "\(target.path)/\(file.name) imports \(undeclared.sorted()): declare it in Package.swift, or do without it")
    }
  }

  @Test("a target imports all that Package.swift declares for it", arguments: manifest.targets)
  func declaredIsImported(target: PackageManifest.Target) throws {
    let imported = try SourceFile.all(below: target.path).reduce(into: Set<String>()) { $0.formUnion(try $1.imports()) }
    let unused = target.dependencies.subtracting(imported)
    #expect(unused.isEmpty, "no file of \(target.path) imports \(unused.sorted()): remove it from Package.swift")
  }

  @Test("a pure target depends on pure targets only", arguments: pure.keys.sorted())
  func pureTargets(name: String) throws {
    let target = try #require(manifest.targets.first { $0.name == name }, "Package.swift has no target \(name)")
    let impure = target.dependencies.subtracting(pure.keys).subtracting(purePackages)
    #expect(impure.isEmpty, "\(name) is pure, but depends on \(impure.sorted())")
  }

  @Test("every folder of sources is a target that this test has read")
  func everyFolderIsATarget() throws {
    for folder in ["Sources", "ReferenceApp/Sources", "Tests"] {
      let present = try FileManager.default.contentsOfDirectory(atPath: PackageManifest.root.appending(path: folder).path)
        .map { "\(folder)/\($0)" }.filter { !SourceFile.all(below: $0).isEmpty }
      #expect(Set(present).subtracting(manifest.targets.map(\.path)).isEmpty)
    }
  }

  @Test("every product and package of others is used")
  func productsAreUsed() {
    let used = manifest.targets.reduce(into: Set<String>()) { $0.formUnion($1.dependencies) }
    let modules = Set(manifest.products.values.map(\.module))
    #expect(modules.subtracting(used).isEmpty)
    #expect(Set(manifest.products.values.map(\.package)) == manifest.packages)
  }
}
