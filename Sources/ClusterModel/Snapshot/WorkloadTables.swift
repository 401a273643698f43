package import TimeFormat

/// The workloads of a cluster, one table for each kind.
package struct WorkloadTables: Sendable, Hashable {
  fileprivate struct Entry: Sendable, Hashable {
    var kind: String
    var table: ChunkedTable<Workload>
  }

  /// In the order of the kinds' names.
  private var entries: [Entry] = []

  package init() {}

  package init(_ workloads: some Sequence<Workload>) {
    for (kind, rows) in Dictionary(grouping: workloads, by: \.reference.kind) { replace(kind, with: rows) }
  }

  /// The workloads of a kind such as `Deployment`, by namespace and name.
  package subscript(kind: String) -> ChunkedTable<Workload> { place(of: kind).map { entries[$0].table } ?? ChunkedTable() }

  /// Those of a namespace, by kind and name.
  package subscript(namespace namespace: String) -> [Workload] {
    entries.flatMap { entry in
      let start = entry.table.partition { $0.reference.namespace < namespace }
      return entry.table[start..<entry.table.partition { $0.reference.namespace <= namespace }]
    }
  }

  package var count: Int { entries.reduce(0) { $0 + $1.table.count } }

  /// Puts a state of a workload in the place of its former one.
  ///
  /// - Parameter at: when it came over the watch.
  package mutating func put(_ workload: Workload, at: Timestamp? = nil) {
    if let place = place(of: workload.reference.kind) {
      var workload = workload
      if let known = entries[place].table.row(at: workload) { workload.remember(known, at: at) }
      entries[place].table.put(workload)
    } else {
      replace(workload.reference.kind, with: [workload])
    }
  }

  package mutating func remove(_ workload: Workload) {
    if let place = place(of: workload.reference.kind) { entries[place].table.remove(workload) }
  }

  package mutating func replace(_ kind: String, with rows: [Workload]) {
    guard let place = place(of: kind) else {
      let entry = Entry(kind: kind, table: ChunkedTable(rows))
      entries.insert(entry, at: entries.firstIndex { $0.kind > kind } ?? entries.count)
      return
    }
    let known = entries[place].table
    entries[place].table = ChunkedTable(
      rows.map { row in
        var row = row
        if let former = known.row(at: row) { row.remember(former, at: nil) }
        return row
      })
  }

  private func place(of kind: String) -> Int? { entries.firstIndex { $0.kind == kind } }
}

extension WorkloadTables: Sequence {
  package struct Iterator: IteratorProtocol {
    fileprivate var rest: ArraySlice<Entry>
    fileprivate var table: IndexingIterator<ChunkedTable<Workload>>?

    package mutating func next() -> Workload? {
      while true {
        if let found = table?.next() { return found }
        guard let entry = rest.popFirst() else { return nil }
        table = entry.table.makeIterator()
      }
    }
  }

  package func makeIterator() -> Iterator { Iterator(rest: entries[...], table: nil) }
  package var underestimatedCount: Int { count }
}

extension WorkloadTables: ExpressibleByArrayLiteral {
  package init(arrayLiteral workloads: Workload...) { self.init(workloads) }
}
