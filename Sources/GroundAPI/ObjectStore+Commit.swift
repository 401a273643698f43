import JSONBytes

extension ObjectStore {
  struct Write {
    var resource: Resource
    var key: Key
    var object: JSONValue
    var removes = false
  }

  /// Makes the writes durable, then visible, then known to the watchers, each with a revision of its own.
  /// Returns the objects as stored (a removed one with the revision of its removal).
  func commit(_ writes: [Write], _ state: inout State) throws(APIError) -> [JSONValue] {
    var stored: [JSONValue] = []
    stored.reserveCapacity(writes.count)
    var revision = state.revision
    for write in writes {
      revision += 1
      var object = write.object
      object.set("metadata", "resourceVersion", to: .string(String(revision)))
      stored.append(object)
    }
    try persistence?.write(writes, stored, revision: revision)
    revision = state.revision
    for (write, object) in zip(writes, stored) {
      revision += 1
      // Spelled out: a bare `nil` in a ternary would become JSON's null.
      let stays = write.removes ? JSONValue?.none : object
      let old = state.tables[write.resource.id]?[write.key]
      state.tables[write.resource.id, default: [:]][write.key] = stays
      if write.resource == .events { state.eventIndex[EventIdentity(of: object)] = write.removes ? nil : write.key }
      let change = StoredChange(resource: write.resource, key: write.key, old: old, new: stays, last: object, revision: revision)
      state.cache.append(change)
      for watcher in state.watchers.values { watcher.offer(change) }
    }
    state.revision = revision
    return stored
  }
}
