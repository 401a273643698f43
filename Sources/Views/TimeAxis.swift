package import TimeFormat

/// Moments laid on a row of columns. One idle stretch longer than half of the whole is folded to a few columns and marked `…`.
package struct TimeAxis: Sendable, Hashable {
  package let start: Timestamp
  package let end: Timestamp
  package let width: Int
  /// The folded stretch, and the columns in which it stands.
  package let fold: (from: Timestamp, to: Timestamp, column: Int)?
  private static let foldColumns = 5

  package static func == (one: TimeAxis, other: TimeAxis) -> Bool {
    one.start == other.start && one.end == other.end && one.width == other.width && one.fold?.column == other.fold?.column
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(start)
    hasher.combine(end)
    hasher.combine(width)
  }

  package init(moments: [Timestamp], width: Int) {
    let sorted = moments.sorted()
    let start = sorted.first ?? Timestamp(nanoseconds: 0)
    let end = sorted.last ?? start
    self.start = start
    self.end = end
    self.width = max(1, width)
    // Times of ingested lines may lie centuries apart: what is multiplied is no integer.
    let whole = TimeAxis.span(start, end)
    var widest: (from: Timestamp, to: Timestamp)?
    for (one, next) in zip(sorted, sorted.dropFirst()) where TimeAxis.span(one, next) > (widest.map { TimeAxis.span($0.from, $0.to) } ?? 0)
    {
      widest = (one, next)
    }
    guard let widest, whole > 0, TimeAxis.span(widest.from, widest.to) > whole / 2, width >= 30, sorted.count > 2 else {
      fold = nil
      return
    }
    let before = TimeAxis.span(start, widest.from)
    let after = TimeAxis.span(widest.to, end)
    let room = Double(width - TimeAxis.foldColumns - 1)
    let column = before + after == 0 ? room / 2 : before * room / (before + after)
    fold = (widest.from, widest.to, Int(column))
  }

  /// Nanoseconds: exact as long as the difference is an integer that can be had.
  private static func span(_ from: Timestamp, _ to: Timestamp) -> Double {
    let (difference, isTooLarge) = to.nanoseconds.subtractingReportingOverflow(from.nanoseconds)
    return isTooLarge ? Double(to.nanoseconds) - Double(from.nanoseconds) : Double(difference)
  }

  /// The column of a moment, 0 to `width - 1`.
  package func column(of moment: Timestamp) -> Int {
    let last = width - 1
    guard end > start else { return 0 }
    if moment <= start { return 0 }
    if moment >= end { return last }
    if let fold {
      if moment <= fold.from {
        return Int(TimeAxis.span(start, moment) * Double(fold.column) / max(1, TimeAxis.span(start, fold.from)))
      }
      let right = fold.column + TimeAxis.foldColumns
      if moment >= fold.to {
        let part = max(1, TimeAxis.span(fold.to, end))
        return min(last, right + Int(TimeAxis.span(fold.to, moment) * Double(max(0, last - right)) / part))
      }
      let inside = TimeAxis.span(fold.from, moment) * Double(TimeAxis.foldColumns) / max(1, TimeAxis.span(fold.from, fold.to))
      return fold.column + Int(inside)
    }
    return Int((TimeAxis.span(start, moment) / TimeAxis.span(start, end) * Double(last)).rounded())
  }

  /// The scale above the axis: `0 ms      100       200     …  1900`.
  package func scale() -> String {
    guard end > start else { return "0 ms" }
    let total = TimeAxis.span(start, end) / 1e6
    var cells = [Character](repeating: " ", count: width)
    func put(_ text: String, _ column: Int) {
      let at = max(0, min(width - text.count, column))
      guard at >= 0, text.count <= width else { return }
      let from = max(0, at - 1)
      guard cells[from..<min(width, at + text.count + 1)].allSatisfy({ $0 == " " }) else { return }
      for (index, character) in text.enumerated() { cells[at + index] = character }
    }
    put("0 ms", 0)
    put(TimeAxis.label(total), width - 1)
    if let fold { put("…", fold.column + TimeAxis.foldColumns / 2) }
    let visible = fold.map { TimeAxis.span(start, $0.from) / 1e6 } ?? total
    let columns = fold?.column ?? width
    let step = TimeAxis.step(visible / Double(max(1, columns / 10)))
    var tick = step
    while tick < total, step > 0, tick / step < 200 {
      guard let after = Int64(exactly: (tick * 1e6).rounded()) else { break }
      let moment = start + .nanoseconds(after)
      guard moment > start else { break }
      if let fold, moment > fold.from, moment < fold.to {} else { put(TimeAxis.label(tick), column(of: moment)) }
      tick += step
    }
    return String(cells)
  }

  private static func label(_ millis: Double) -> String {
    if millis < 10, millis != millis.rounded() { return "\((millis * 10).rounded() / 10)" }
    return "\(Int(millis))"
  }

  /// 1, 2 or 5 times a power of ten, at least `least`.
  private static func step(_ least: Double) -> Double {
    guard least > 0 else { return 0 }
    var power = 0.1
    while power * 10 <= least { power *= 10 }
    for factor in [1.0, 2, 5, 10] where power * factor >= least { return power * factor }
    return power * 10
  }
}
