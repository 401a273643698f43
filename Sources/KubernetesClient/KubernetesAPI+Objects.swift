package import JSONBytes
package import Kubernetes
import Synchronization

extension KubernetesAPI {
  // MARK: Reading

  package func get(_ path: String, query: [(String, String)] = []) async throws -> JSONValue {
    try await sendJSON(.get, path, query: query)
  }

  /// The server's version, e.g. `v1.31.2`: the cheapest sign of life.
  package func version() async throws -> String { try await get("/version")["gitVersion"]?.stringValue ?? "" }

  /// Lists in pages, giving each page's bytes to `page`, which answers the token of the next (empty: the last).
  ///
  /// Large objects come fewer at a time: where a page is larger than is read, a tenth of it is asked for.
  ///
  /// - Throws: a ``KubernetesError`` of kind `gone` when a page token has expired, list again from the start; of kind `malformed` when the
  ///   list does not end.
  package func list(
    _ path: String, query: [(String, String)] = [], limit: Int = 500, page: ([UInt8]) throws -> String
  ) async throws {
    var next = ""
    var limit = limit
    var asked = 0
    while true {
      var full = query
      full.append(("limit", "\(limit)"))
      if !next.isEmpty { full.append(("continue", next)) }
      let bytes: [UInt8]
      do { bytes = try await send(.get, path, query: full) } catch let error as KubernetesError
        where error.reason == KubernetesError.tooLarge && limit > 1
      {
        limit = max(1, limit / 10)
        continue
      }
      let token = try page(bytes)
      asked += limit
      guard token.isEmpty || (token != next && asked < Self.longestList) else {
        throw KubernetesError(
          .malformed, "\(context.cluster.server) does not end the list of \(path): after \(asked) objects it tells of more")
      }
      if token.isEmpty { return }
      next = token
    }
  }

  /// Kubernetes is built for 150,000 pods in a cluster.
  private static let longestList = 300_000

  /// All objects of a list as trees, for small kinds.
  package func listAll(_ path: String, query: [(String, String)] = []) async throws -> [JSONValue] {
    var items: [JSONValue] = []
    try await list(path, query: query) { bytes in
      let tree = try JSONValue(parsing: bytes)
      items += tree["items"]?.arrayValue ?? []
      return tree.at("metadata", "continue")?.stringValue ?? ""
    }
    return items
  }

  /// Watches from a resource version, one JSON event a line, until the server ends it after `timeoutSeconds`.
  package func watch(
    _ path: String, resourceVersion: String, timeoutSeconds: Int, query: [(String, String)] = [],
    onOpen: @escaping @Sendable () async -> Void = {}, onLine: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    var full = query
    full += [
      ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion), ("timeoutSeconds", "\(timeoutSeconds)"),
    ]
    // API servers send a bookmark about once a minute: a connection that stays silent for much longer is dead, or is soon opened again.
    try await lines(
      path, query: full, idle: min(.seconds(timeoutSeconds + 15), StreamSilence.watchLimit), lineLimit: Self.eventLimit, onOpen: onOpen,
      onLine: onLine)
  }

  /// As above, as a sequence of lines; ending the loop ends the watch.
  package func watchLines(
    _ path: String, resourceVersion: String, timeoutSeconds: Int = 300, query: [(String, String)] = []
  ) -> AsyncThrowingStream<[UInt8], any Error> {
    stream { onLine in
      try await self.watch(path, resourceVersion: resourceVersion, timeoutSeconds: timeoutSeconds, query: query, onLine: onLine)
    }
  }

  /// What to read of a container's log.
  package struct LogOptions: Sendable, Hashable {
    package var container: String?
    package var follow = false
    package var previous = false
    package var timestamps = true
    package var tailLines: Int?
    package var sinceSeconds: Int?

    package init() {}

    var query: [(String, String)] {
      var query: [(String, String)] = []
      if let container { query.append(("container", container)) }
      if follow { query.append(("follow", "true")) }
      if previous { query.append(("previous", "true")) }
      if timestamps { query.append(("timestamps", "true")) }
      if let tailLines { query.append(("tailLines", "\(tailLines)")) }
      if let sinceSeconds { query.append(("sinceSeconds", "\(sinceSeconds)")) }
      return query
    }
  }

  /// A container's log, line by line; with `follow` until the container ends or the loop does.
  package func logs(namespace: String, pod: String, options: LogOptions = LogOptions()) -> AsyncThrowingStream<[UInt8], any Error> {
    let path = ResourceType.pods.path(namespace: namespace, name: pod, subresource: "log")
    return stream { onLine in
      // A quiet container is no dead connection, so there is no idle guard.
      try await self.lines(path, query: options.query, accept: "*/*", idle: nil, onLine: onLine)
    }
  }

  private func stream(
    _ body: @escaping @Sendable (@escaping @Sendable ([UInt8]) async throws -> Void) async throws -> Void
  ) -> AsyncThrowingStream<[UInt8], any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await body { line in continuation.yield(line) }
          continuation.finish()
        } catch { continuation.finish(throwing: error) }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  // MARK: Writing

  package func create(_ path: String, _ object: JSONValue) async throws -> JSONValue { try await sendJSON(.post, path, body: object) }

  package func patch(
    _ path: String, _ patch: JSONValue, type: PatchType = .merge, query: [(String, String)] = []
  ) async throws -> JSONValue {
    try await sendJSON(.patch, path, query: query, body: patch, contentType: type.rawValue)
  }

  /// - Parameter graceSeconds: the server's own grace when `nil`.
  package func delete(_ path: String, graceSeconds: Int? = nil, propagation: String? = nil) async throws {
    var options: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1"]
    if let graceSeconds { options["gracePeriodSeconds"] = .int(Int64(graceSeconds)) }
    if let propagation { options["propagationPolicy"] = .string(propagation) }
    _ = try await send(.delete, path, body: options.jsonBytes)
  }

  package func scale(_ type: ResourceType, namespace: String, name: String, replicas: Int) async throws {
    let path = type.path(namespace: namespace, name: name, subresource: "scale")
    _ = try await patch(path, ["spec": ["replicas": .int(Int64(replicas))]])
  }

  /// Asks to move a pod through the eviction API, which honours disruption budgets.
  package func evict(namespace: String, pod: String, graceSeconds: Int? = nil) async throws {
    var eviction: JSONValue = [
      "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(pod), "namespace": .string(namespace)],
    ]
    if let graceSeconds { eviction["deleteOptions"] = ["gracePeriodSeconds": .int(Int64(graceSeconds))] }
    _ = try await send(.post, ResourceType.pods.path(namespace: namespace, name: pod, subresource: "eviction"), body: eviction.jsonBytes)
  }

  // MARK: Manifests

  /// What applying a manifest did.
  package enum Applied: String, Sendable { case created, configured, unchanged }

  /// Creates the object, or brings the present one to the manifest by a merge patch.
  package func applyManifest(_ manifest: JSONValue) async throws -> Applied { try await applyManifest(manifest, isNew: true) }

  private func applyManifest(_ manifest: JSONValue, isNew: Bool) async throws -> Applied {
    guard let version = manifest["apiVersion"]?.stringValue, let kind = manifest["kind"]?.stringValue,
      let name = manifest.at("metadata", "name")?.stringValue
    else {
      throw KubernetesError(.configuration, "a manifest needs apiVersion, kind and metadata.name; this one lacks at least one of them")
    }
    let type = try await resourceType(apiVersion: version, kind: kind)
    let namespace = type.isNamespaced ? manifest.at("metadata", "namespace")?.stringValue ?? context.namespace : nil
    let object = type.path(namespace: namespace, name: name)
    do {
      let before = try await get(object)
      // A strategic merge keeps lists with keys apart; kinds that do not know it take a plain merge.
      let after: JSONValue
      do { after = try await patch(object, manifest, type: .strategic) } catch let error as KubernetesError where error.status == 415 {
        after = try await patch(object, manifest, type: .merge)
      }
      let isSame = before.at("metadata", "resourceVersion") == after.at("metadata", "resourceVersion")
      return isSame ? .unchanged : .configured
    } catch let error as KubernetesError where error.kind == .notFound {
      do { _ = try await create(type.path(namespace: namespace), manifest) } catch let error as KubernetesError
        where isNew && error.status == 409
      {
        // Somebody else has made it between the two: it is present now.
        return try await applyManifest(manifest, isNew: false)
      }
      return .created
    }
  }

  /// Deletes what a manifest names; what is not there is no error.
  package func deleteManifest(_ manifest: JSONValue) async throws {
    guard let version = manifest["apiVersion"]?.stringValue, let kind = manifest["kind"]?.stringValue,
      let name = manifest.at("metadata", "name")?.stringValue
    else { return }
    let type = try await resourceType(apiVersion: version, kind: kind)
    let namespace = type.isNamespaced ? manifest.at("metadata", "namespace")?.stringValue ?? context.namespace : nil
    do { try await delete(type.path(namespace: namespace, name: name), propagation: "Background") } catch let error as KubernetesError
      where error.kind == .notFound
    {}
  }

  /// Asks the server's discovery for the type of a kind.
  package func resourceType(apiVersion: String, kind: String) async throws -> ResourceType {
    let guess = ResourceType.of(apiVersion: apiVersion, kind: kind)
    let parts = apiVersion.split(separator: "/", maxSplits: 1)
    let version = parts.last.map(String.init) ?? guess.version
    let root = guess.group.isEmpty ? "/api/\(version)" : "/apis/\(guess.group)/\(version)"
    let resources = try await get(root)["resources"]?.arrayValue ?? []
    for resource in resources {
      guard resource["kind"]?.stringValue == kind, let name = resource["name"]?.stringValue, !name.contains("/") else { continue }
      return ResourceType(
        group: guess.group, version: version, kind: kind, plural: name, singular: resource["singularName"]?.stringValue,
        shortNames: (resource["shortNames"]?.arrayValue ?? []).compactMap(\.stringValue),
        isNamespaced: resource["namespaced"]?.boolValue ?? true)
    }
    throw KubernetesError(.notFound, "\(context.cluster.server) does not know the kind \(kind) in \(apiVersion)", status: 404)
  }
}
