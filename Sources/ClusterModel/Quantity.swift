/// Kubernetes quantities: `500m`, `64Mi`, `1e3`, `1Gi` (apimachinery, pkg/api/resource).
package enum Quantity {
  /// The value in thousandths, rounded up as the API server does; `nil` for what is no quantity or out of range.
  package static func milli(_ text: String) -> Int64? {
    guard let value = parse(text) else { return nil }
    let scaled = (value * 1000).rounded(.up)
    return abs(scaled) < 9.2e18 ? Int64(scaled) : nil
  }

  /// The value in whole units, rounded up.
  package static func whole(_ text: String) -> Int64? {
    guard let value = parse(text) else { return nil }
    let rounded = value.rounded(.up)
    return abs(rounded) < 9.2e18 ? Int64(rounded) : nil
  }

  private static func parse(_ text: String) -> Double? {
    var number = Substring(text)
    var scale = 1.0
    let suffixes: [(String, Double)] = [
      ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776), ("Pi", 1_125_899_906_842_624),
      ("Ei", 1_152_921_504_606_846_976), ("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12),
      ("P", 1e15), ("E", 1e18),
    ]
    if let (suffix, factor) = suffixes.first(where: { number.hasSuffix($0.0) }) {
      number = number.dropLast(suffix.count)
      scale = factor
    }
    guard let first = number.utf8.first,
      first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return nil }
    // Double would also take hexadecimal, infinities and NaN, which are no quantities.
    guard number.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) }), let value = Double(number), value.isFinite else { return nil }
    return value * scale
  }

  /// `64 Mi`, `1.5 Gi`: bytes as people write limits.
  package static func bytes(_ count: Int64) -> String {
    let units: [(String, Int64)] = [("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)]
    for (name, size) in units where count >= size {
      let tenths = count * 10 / size
      return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
    }
    return "\(count) B"
  }
}
