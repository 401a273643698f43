/// A row of a ``ChunkedTable``.
package protocol ChunkedRow: Sendable, Hashable {
  /// A strict order of rows by what people look for, such as namespace and name. Of two that are neither before the other, a table holds one.
  func precedes(_ other: Self) -> Bool
}

/// Rows in their order, in chunks that copies share: a change copies the one chunk that it falls in, and the list of chunks.
///
/// A cluster's state and each snapshot of it are such copies, so a delta costs by its size, not by the cluster's.
package struct ChunkedTable<Row: ChunkedRow>: Sendable {
  /// Never empty, at most ``chunkSize`` rows each.
  private(set) var chunks: [ContiguousArray<Row>] = []
  package private(set) var count = 0

  package static var chunkSize: Int { 256 }
  /// How full chunks are made: room for some rows more, so that the first of them splits none.
  private static var initialFill: Int { 192 }

  package init() {}

  /// In any order; of rows with one place the last is kept.
  package init(_ rows: some Sequence<Row>) {
    var sorted = Array(rows)
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.precedes($1) }) {
      sorted.sort { $0.precedes($1) }
      var unique: [Row] = []
      unique.reserveCapacity(sorted.count)
      for row in sorted {
        if let last = unique.last, !last.precedes(row) { unique.removeLast() }
        unique.append(row)
      }
      sorted = unique
    }
    count = sorted.count
    for start in stride(from: 0, to: sorted.count, by: Self.initialFill) {
      chunks.append(ContiguousArray(sorted[start..<Swift.min(start + Self.initialFill, sorted.count)]))
    }
  }

  /// The row that has the place of another.
  func row(at row: Row) -> Row? {
    let place = partition { $0.precedes(row) }
    guard place < endIndex, !row.precedes(self[place]) else { return nil }
    return self[place]
  }

  /// Puts a row in its place, instead of the one that has the place.
  package mutating func put(_ row: Row) {
    let place = partition { $0.precedes(row) }
    guard place.chunk < chunks.count else { return append(row) }
    if !row.precedes(chunks[place.chunk][place.row]) {
      chunks[place.chunk][place.row] = row
      return
    }
    count += 1
    guard chunks[place.chunk].count == Self.chunkSize else { return chunks[place.chunk].insert(row, at: place.row) }
    let half = Self.chunkSize / 2
    let upper = ContiguousArray(chunks[place.chunk][half...])
    chunks[place.chunk].removeSubrange(half...)
    chunks.insert(upper, at: place.chunk + 1)
    if place.row <= half {
      chunks[place.chunk].insert(row, at: place.row)
    } else {
      chunks[place.chunk + 1].insert(row, at: place.row - half)
    }
  }

  private mutating func append(_ row: Row) {
    count += 1
    if let last = chunks.indices.last, chunks[last].count < Self.chunkSize {
      chunks[last].append(row)
    } else {
      chunks.append([row])
    }
  }

  /// Removes the row that has the place of the given one.
  package mutating func remove(_ row: Row) {
    let place = partition { $0.precedes(row) }
    guard place.chunk < chunks.count, !row.precedes(chunks[place.chunk][place.row]) else { return }
    removeRow(at: place)
  }

  package mutating func removeFirst() { if count > 0 { removeRow(at: startIndex) } }

  private mutating func removeRow(at place: Index) {
    count -= 1
    chunks[place.chunk].remove(at: place.row)
    let size = chunks[place.chunk].count
    if size == 0 { chunks.remove(at: place.chunk) }
    // Small neighbours become one, so that a table which shrinks does not end as many crumbs.
    guard size > 0, size < Self.chunkSize / 4, place.chunk + 1 < chunks.count,
      size + chunks[place.chunk + 1].count <= Self.initialFill
    else { return }
    let next = chunks.remove(at: place.chunk + 1)
    chunks[place.chunk].append(contentsOf: next)
  }

  /// The place of the first row of which the predicate does not hold; it holds of a first part of the rows and of none after it.
  package func partition(_ isBefore: (Row) -> Bool) -> Index {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(chunks[middle][chunks[middle].count - 1]) { low = middle + 1 } else { high = middle }
    }
    guard low < chunks.count else { return endIndex }
    let chunk = low
    low = 0
    high = chunks[chunk].count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(chunks[chunk][middle]) { low = middle + 1 } else { high = middle }
    }
    return Index(chunk: chunk, row: low)
  }

  /// How many chunks are the very storage of another table.
  package func sharedChunks(with other: Self) -> Int {
    let theirs = Set(other.chunks.map { $0.storage })
    return chunks.count { theirs.contains($0.storage) }
  }

  package var chunkCount: Int { chunks.count }
}

extension ContiguousArray {
  /// Where its elements lie, for comparing identities only.
  fileprivate var storage: UInt { withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) } }
}

extension ChunkedTable: BidirectionalCollection {
  package struct Index: Sendable, Hashable, Comparable {
    var chunk: Int
    var row: Int

    package static func < (one: Index, other: Index) -> Bool { (one.chunk, one.row) < (other.chunk, other.row) }
  }

  package var startIndex: Index { Index(chunk: 0, row: 0) }
  package var endIndex: Index { Index(chunk: chunks.count, row: 0) }

  package func index(after place: Index) -> Index {
    place.row + 1 < chunks[place.chunk].count ? Index(chunk: place.chunk, row: place.row + 1) : Index(chunk: place.chunk + 1, row: 0)
  }

  package func index(before place: Index) -> Index {
    place.row > 0
      ? Index(chunk: place.chunk, row: place.row - 1) : Index(chunk: place.chunk - 1, row: chunks[place.chunk - 1].count - 1)
  }

  /// Lends the row, which is not copied.
  package subscript(place: Index) -> Row { _read { yield chunks[place.chunk][place.row] } }
}

extension ChunkedTable: Hashable {
  package static func == (one: Self, other: Self) -> Bool {
    guard one.count == other.count else { return false }
    let isAligned = one.chunks.count == other.chunks.count && zip(one.chunks, other.chunks).allSatisfy { $0.count == $1.count }
    // Arrays with one storage are equal without a look at their elements.
    return isAligned ? one.chunks == other.chunks : one.elementsEqual(other)
  }

  package func hash(into hasher: inout Hasher) {
    for row in self { hasher.combine(row) }
  }
}

extension ChunkedTable: ExpressibleByArrayLiteral {
  package init(arrayLiteral rows: Row...) { self.init(rows) }
}
