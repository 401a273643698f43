import Glibc
package import JSONBytes
import StateDirectory

/// A pod's volumes as folders, and per container a root below which its mount paths exist (`POD_ROOT`).
package struct PodVolumes {
  let folder: String
  /// Where the paths of `hostPath` volumes lie: within the home, so that two homes never meet and no privilege is needed. All
  /// nodes share it.
  let host: String
  /// The folder of a claim by its name; `nil` when there is no such claim.
  let claim: (String) -> ClaimFolder?

  package struct Failure: Error, CustomStringConvertible {
    package var message: String
    package var description: String { message }
  }

  package init(folder: String, host: String, claim: @escaping (String) -> ClaimFolder?) {
    self.folder = folder
    self.host = host
    self.claim = claim
  }

  package static func root(_ podFolder: String, _ container: String) -> String { "\(podFolder)/\(container)/root" }

  package func prepare(
    _ spec: PodSpec, _ pod: JSONValue, _ place: ContainerEnvironment.Place, _ lookup: ContainerEnvironment.Lookup
  ) throws {
    var paths: [String: String] = [:]
    for volume in spec.volumes {
      let name = volume["name"]?.stringValue ?? ""
      paths[name] = try make(name, volume, spec, pod, place, lookup)
    }
    for container in spec.initContainers + spec.containers {
      let root = Self.root(folder, container.name)
      try Files.makeFolder("\(root)/tmp")
      for mount in container.object["volumeMounts"]?.arrayValue ?? [] {
        let name = mount["name"]?.stringValue ?? ""
        // The token volume that a real cluster injects has no place here.
        guard var target = paths[name] else { throw Failure(message: "volume \"\(name)\" of a volumeMount is not among the pod's volumes") }
        if let sub = mount["subPath"]?.stringValue, !sub.isEmpty {
          target += "/" + clean(sub)
          if !Files.exists(target) { try Files.makeFolder(target) }
        }
        let link = "\(root)/\(clean(mount["mountPath"]?.stringValue ?? ""))"
        if let parent = Files.parent(of: link) { try Files.makeFolder(parent) }
        // Not following it: the link itself goes, what it points to stays.
        try Files.remove(link)
        guard symlink(target, link) == 0 else { throw SystemError("link", link) }
      }
    }
  }

  private func make(
    _ name: String, _ volume: JSONValue, _ spec: PodSpec, _ pod: JSONValue, _ place: ContainerEnvironment.Place,
    _ lookup: ContainerEnvironment.Lookup
  ) throws -> String {
    let path = "\(folder)/.volumes/\(clean(name))"
    if volume["emptyDir"] != nil {
      try Files.makeFolder(path)
      return path
    }
    if let hostPath = volume["hostPath"] {
      let path = "\(host)/\(clean(hostPath["path"]?.stringValue ?? ""))"
      try Files.makeFolder(path)
      return path
    }
    if let claimName = volume.at("persistentVolumeClaim", "claimName")?.stringValue {
      guard let claim = claim(claimName) else { throw Failure(message: "persistentvolumeclaim \"\(claimName)\" not found") }
      try Files.makeFolder(claim.path)
      return claim.path
    }
    var files: [String: [UInt8]] = [:]
    if let sources = volume.at("projected", "sources")?.arrayValue {
      for source in sources { try collect(source, name, spec, pod, place, lookup, &files) }
    } else {
      guard ["configMap", "secret", "downwardAPI"].contains(where: { volume[$0] != nil }) else {
        let kind = volume.objectValue?.keys.first { $0 != "name" } ?? "none"
        throw Failure(
          message: "MountVolume.SetUp failed for volume \"\(name)\" : volumes of kind \(kind) are not known here; "
            + "use emptyDir, hostPath, persistentVolumeClaim, configMap, secret, downwardAPI or projected")
      }
      try collect(volume, name, spec, pod, place, lookup, &files)
    }
    try Files.makeFolder(path)
    for (file, bytes) in files {
      let target = "\(path)/\(clean(file))"
      if let parent = Files.parent(of: target) { try Files.makeFolder(parent) }
      try Files.write(bytes, to: target, mode: 0o644)
    }
    return path
  }

  private func collect(
    _ source: JSONValue, _ volume: String, _ spec: PodSpec, _ pod: JSONValue, _ place: ContainerEnvironment.Place,
    _ lookup: ContainerEnvironment.Lookup, _ files: inout [String: [UInt8]]
  ) throws {
    for (kind, key) in [(ContainerEnvironment.Source.configMap, "configMap"), (.secret, "secret")] {
      guard let reference = source[key] else { continue }
      let name = reference["name"]?.stringValue ?? reference["secretName"]?.stringValue ?? ""
      guard let object = lookup(kind, name) else {
        if reference["optional"]?.boolValue == true { continue }
        throw Failure(message: "MountVolume.SetUp failed for volume \"\(volume)\" : \(key.lowercased()) \"\(name)\" not found")
      }
      var data: [String: [UInt8]] = [:]
      for member in object["data"]?.objectValue ?? [:] {
        let text = member.value.stringValue ?? ""
        data[member.key] = kind == .secret ? ContainerEnvironment.bytes(base64: text) ?? [] : Array(text.utf8)
      }
      for member in object["binaryData"]?.objectValue ?? [:] {
        data[member.key] = ContainerEnvironment.bytes(base64: member.value.stringValue ?? "") ?? []
      }
      guard let items = reference["items"]?.arrayValue else {
        files.merge(data) { _, new in new }
        continue
      }
      for item in items {
        let key = item["key"]?.stringValue ?? ""
        guard let bytes = data[key] else {
          if reference["optional"]?.boolValue == true { continue }
          throw Failure(message: "MountVolume.SetUp failed for volume \"\(volume)\" : references non-existent key: \(key) in \(name)")
        }
        files[item["path"]?.stringValue ?? key] = bytes
      }
    }
    for item in source.at("downwardAPI", "items")?.arrayValue ?? [] {
      guard let file = item["path"]?.stringValue, let field = item.at("fieldRef", "fieldPath")?.stringValue else { continue }
      files[file] = Array((ContainerEnvironment.field(field, pod, place) ?? "").utf8)
    }
  }

  /// A path that cannot leave the folder it is put into.
  private func clean(_ path: String) -> String { path.split(separator: "/").filter { $0 != ".." && $0 != "." }.joined(separator: "/") }
}
