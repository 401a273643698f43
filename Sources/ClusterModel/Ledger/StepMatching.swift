import TimeFormat

/// Which of a ReplicaSet's pods its lowered counts took away. A step takes as many pods as it went down by, and a pod is taken by one step.
/// Stamps are whole seconds and a controller may be slow, so that more than one assignment can fit: the nearest is told, and whatever
/// another one would tell differently is in doubt.
struct StepMatching {
  /// The end of a pod.
  struct End {
    /// Where the pod stands among its group's.
    var index: Int
    var at: Timestamp
    /// The controller says, in an event, that it deleted the pod.
    var isTold: Bool
  }

  let steps: [WorkloadFact.Step]
  /// In the order in which they are taken.
  let ends: [End]
  /// For each step, the places in `ends` of those it took.
  private(set) var takes: [[Int]]
  /// Places in `ends` of those that no step took.
  private(set) var left: [Int]

  /// Steps that are not lowered counts take nothing.
  init(steps: [WorkloadFact.Step], ends: [End]) {
    self.steps = steps.filter { $0.to < $0.from }
    self.ends = ends
    takes = self.steps.map { _ in [] }
    left = Array(ends.indices)
    take { $0.isTold }
    take { !$0.isTold }
  }

  /// Each end of a sort, in order, takes the nearest step before it that wants more; of one second, the first.
  private mutating func take(where isMeant: (End) -> Bool) {
    left = left.filter { end in
      guard isMeant(ends[end]) else { return true }
      var nearest: Int?
      for place in steps.indices.reversed() where takes[place].count < steps[place].from - steps[place].to {
        if let nearest, steps[nearest].when.from.wholeSecond > steps[place].when.from.wholeSecond { break }
        if steps[place].explains(at: ends[end].at) { nearest = place }
      }
      guard let nearest else { return true }
      takes[nearest].append(end)
      return false
    }
  }

  /// What cannot be told apart: of so many pods that went at about one time, so many were taken by steps.
  struct Doubt: Hashable {
    var went: Int
    var took: Int
  }

  /// The doubt in which an end is, by its place in `ends`: where an end that no step took could as well have been taken, whatever stands in
  /// its place could as well have been left. What a controller said is not in doubt.
  func doubts() -> [Int: Doubt] {
    var found: [Int: Doubt] = [:]
    var touched: Set<Int> = []
    var seen: Set<Int> = []
    let free = left.filter { !ends[$0].isTold }
    for first in free where seen.insert(first).inserted {
      var members = [first]
      var took = 0
      var next = 0
      while next < members.count {
        let end = ends[members[next]]
        next += 1
        for place in steps.indices where !touched.contains(place) && reaches(place, end.at) {
          touched.insert(place)
          let taken = takes[place].filter { !ends[$0].isTold }
          took += taken.count
          members += taken + free.filter { reaches(place, ends[$0].at) && seen.insert($0).inserted }
        }
      }
      guard took > 0 else { continue }
      for member in members { found[member] = Doubt(went: members.count, took: took) }
    }
    return found
  }

  /// Whether a step may have taken an end at a moment: near it, or no later than those that it took.
  private func reaches(_ place: Int, _ moment: Timestamp) -> Bool {
    if steps[place].isNear(moment) { return true }
    guard let last = takes[place].map({ ends[$0].at }).max() else { return false }
    return steps[place].explains(at: moment) && moment.wholeSecond <= last.wholeSecond
  }
}

extension WorkloadFact.Step {
  /// Whether a pod may have come or gone at a moment because of this step. Two stamps of the server are compared as they are; a time of
  /// receipt may be late by as much as one watch runs behind another.
  func explains(at moment: Timestamp) -> Bool {
    (isStamped ? moment >= when.from : moment + LedgerGroup.lag >= when.from) && moment <= when.to + LedgerGroup.reaction
  }

  /// Whether a pod went when a controller that is not busy would have deleted it: in the second of the step, or the next.
  func isNear(_ moment: Timestamp) -> Bool {
    explains(at: moment) && moment.wholeSecond <= when.to.wholeSecond + 1
  }
}

extension Timestamp {
  fileprivate var wholeSecond: Int64 { nanoseconds / 1_000_000_000 }
}
