import ClusterModel
import Spelling
import Views

/// What the palette finds: commands, places that were looked at, and what the pages put in. Read once per opening; texts are made for what
/// is seen.
package struct PaletteIndex: Sendable {
  private enum Entry: Sendable {
    case item(PaletteLayer.Item)
    case object(ObjectReference, detail: Int)
  }

  /// What many objects have in common.
  private struct Detail: Sendable, Hashable {
    var kind: String
    var cluster: String
    var status: HealthVerdict.Status
  }

  private var entries: [Entry]
  /// `Deployment in dev-fra, red`: the same words for many workloads.
  private var details: [String] = []
  private var keys: [Detail] = []
  private var known: [Detail: Int] = [:]

  init(items: [PaletteLayer.Item]) { entries = items.map(Entry.item) }

  /// An object with a verdict; it opens the page that shows such objects.
  mutating func add(_ verdict: HealthVerdict) {
    let key = Detail(kind: verdict.subject.kind, cluster: verdict.cluster, status: verdict.status)
    if let last = keys.last, last == key { return entries.append(.object(verdict.subject, detail: keys.count - 1)) }
    let detail = known[key] ?? keys.count
    if detail == keys.count {
      known[key] = detail
      keys.append(key)
      details.append("\(key.kind) in \(key.cluster), \(key.status.word)")
    }
    entries.append(.object(verdict.subject, detail: detail))
  }

  var indices: Range<Int> { entries.indices }

  func item(_ index: Int) -> PaletteLayer.Item {
    switch entries[index] {
    case .item(let item): item
    case .object(let reference, let detail):
      PaletteLayer.Item(
        title: reference.name, detail: details[detail], key: "", command: .open,
        argument: Place(cluster: keys[detail].cluster, object: reference)?.text ?? "")
    }
  }

  /// The command called `name` that takes an argument.
  func command(_ name: String) -> Int? {
    entries.firstIndex { if case .item(let item) = $0 { item.isCalled(name) && item.takesArgument != nil } else { false } }
  }

  /// Why Enter runs nothing: nothing is called `text`.
  func refusal(_ text: String) -> String {
    let names = entries.compactMap { if case .item(let item) = $0, item.command != .open { item.title } else { nil } }
    let near = EditDistance.nearest(to: text, among: names).map { "did you mean \($0)? " } ?? ""
    return "Nothing is called \"\(text)\"; \(near)The arrows choose from what was found."
  }

  /// The best of `candidates` in order, at most `limit`, and every one that matches in the order of the index.
  func search(_ text: String, among candidates: some Sequence<Int>, limit: Int) -> (best: [Int], matching: [Int]) {
    let needle = FuzzyMatch(text)
    let ofDetails = details.map { needle.score(in: $0) }
    var matching: [Int] = []
    var best: [(index: Int, score: Int)] = []
    for index in candidates {
      guard let score = score(index, needle, text, ofDetails) else { continue }
      matching.append(index)
      if best.count == limit, let last = best.last, last.score >= score { continue }
      // After those of the same score: they came earlier.
      best.insert((index, score), at: best.partitioningIndex { $0.score < score })
      if best.count > limit { best.removeLast() }
    }
    return (best.map(\.index), matching)
  }

  private func score(_ index: Int, _ needle: FuzzyMatch, _ text: String, _ ofDetails: [Int?]) -> Int? {
    // Words in the detail count less than those in the title.
    switch entries[index] {
    case .item(let item):
      if item.aliases.contains(text) { return 1000 }
      guard let score = needle.score(in: item.title) ?? needle.score(in: item.detail).map({ $0 - 40 }) else { return nil }
      return score + (item.title == text ? 1000 : 0) - (item.disabled == nil ? 0 : 4)
    case .object(let reference, let detail):
      guard let score = needle.score(in: reference.name) ?? ofDetails[detail].map({ $0 - 40 }) else { return nil }
      return score + (reference.name == text ? 1000 : 0)
    }
  }
}

extension Array {
  /// The first index from which on `predicate` holds, for elements of which it holds from some point to the end.
  fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
