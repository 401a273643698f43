import TimeFormat

/// One row of the figures: what was measured, what came out, what it should be, and what another program needs for the same.
struct Figure {
  var what: String
  var figure: String
  var target = "–"
  var peer = "–"
  /// `nil` where there is no target.
  var isMet: Bool?
}

/// What one benchmark gave.
struct Outcome {
  var title: String
  var figures: [Figure] = []
  /// How it was measured, in a sentence or two.
  var method: String
  /// Why it was not measured; `nil` when it was.
  var skipped: String?
}

/// A benchmark that cannot be measured here, in words.
struct NotMeasured: Error, CustomStringConvertible {
  var description: String
  init(_ reason: String) { description = reason }
}

/// One thing to measure.
struct Benchmark: Sendable {
  /// For `--only`.
  var name: String
  var title: String
  var method: String
  var run: @Sendable (Workbench) async throws -> [Figure]
}

/// Samples of a duration.
struct Spread {
  private let sorted: [Duration]

  init(_ samples: [Duration]) { sorted = samples.sorted() }

  var count: Int { sorted.count }
  var median: Duration { percentile(50) }
  var p99: Duration { percentile(99) }
  var maximum: Duration { sorted.last ?? .zero }

  /// The least sample that a share of all samples stays within (nearest rank).
  func percentile(_ percent: Int) -> Duration {
    guard !sorted.isEmpty else { return .zero }
    return sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
  }

  var text: String { "p50 \(median.millis), p99 \(p99.millis)" }
}

extension Duration {
  /// `12.3 ms`, `0.42 ms`.
  var millis: String { "\(decimals(seconds * 1000)) ms" }
}

/// Three significant digits at most.
func decimals(_ value: Double) -> String {
  let places = value >= 100 ? 0 : value >= 10 ? 1 : 2
  let scale = places == 0 ? 1.0 : places == 1 ? 10 : 100
  let rounded = Int64((value * scale).rounded())
  guard places > 0 else { return "\(rounded)" }
  let fraction = "\(rounded % Int64(scale))"
  return "\(rounded / Int64(scale)).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
}

/// `1,234,567`.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text = "," + text }
    text = String(digit) + text
  }
  return text
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}
