import TimeFormat

/// What a set of checks adds up to. A conjunction, never an average.
struct Standing {
  let checks: [CheckStatus]
  let counts: CellCounts

  init(_ checks: [CheckStatus]) {
    self.checks = checks
    var counts = CellCounts()
    for cell in checks.flatMap(\.cells) { counts.add(cell.outcome) }
    self.counts = counts
  }

  private var cells: [CheckCell] { checks.flatMap(\.cells) }
  private var counting: [CheckCell] { cells.filter { $0.outcome != .waived && $0.outcome != .notApplicable } }
  private var passing: [CheckCell] { cells.filter { $0.outcome == .pass } }

  var hasEvidence: Bool { cells.contains { $0.evidence != nil } }
  var lowestGrade: Evidence.Grade? { passing.compactMap { $0.evidence?.grade }.min() }
  var newest: Timestamp? { counting.compactMap { $0.evidence?.at }.max() }
  var oldest: Timestamp? { counting.compactMap { $0.evidence?.at }.min() }
  var nextDue: Timestamp? { passing.compactMap(\.due).min() }
  /// Since when all that counts has passed at this grade or a better one; `nil` when it does not now.
  func passingSince(at grade: Evidence.Grade) -> Timestamp? {
    holds(at: grade) ? passing.compactMap { $0.passingSince[grade] }.max() : nil
  }

  func holds(at grade: Evidence.Grade) -> Bool {
    guard counts.allPass, let lowest = lowestGrade else { return false }
    return lowest >= grade
  }

  /// The first thing in the way, and how many more there are, in words.
  func obstacle(at grade: Evidence.Grade, now: Timestamp) -> String {
    let bad = counting.filter { $0.outcome != .pass }.sorted { ($1.outcome.badness, $0.check) < ($0.outcome.badness, $1.check) }
    let words = Set(bad.map(\.check))
    guard let worst = bad.first else {
      if counts.counted == 0 { return checks.isEmpty ? "no checks yet" : "every result is waived" }
      return "evidence is \(lowestGrade?.code ?? "none"), \(grade.code) is required"
    }
    let more = words.count > 1 ? " and \(words.count - 1) more" : ""
    switch worst.outcome {
    case .fail: return "\(worst.check) fails\(more)"
    case .stale:
      let age = worst.evidence.map { ", last run \((now - $0.at).brief) ago" } ?? ""
      return "\(worst.check) is stale\(age)\(more)"
    default:
      if worst.isLeftOut { return "\(worst.check) does not run in \(worst.cluster)\(more)" }
      return worst.evidence == nil ? "\(worst.check) has never run\(more)" : "\(worst.check) is unknown\(more)"
    }
  }
}

extension Evidence.Outcome {
  /// How far from a pass: a failure first, then what is not known.
  package var badness: Int {
    switch self {
    case .fail: 5
    case .stale: 4
    case .unknown: 3
    case .pass: 2
    case .waived: 1
    case .notApplicable: 0
    }
  }
}
