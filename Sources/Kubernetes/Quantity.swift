package import JSONBytes

/// A resource quantity: `500m`, `64Mi`, `1e3`, `1.5Gi` (apimachinery, pkg/api/resource).
///
/// Exact down to a billionth, the API's finest step; what is finer is rounded up, as the API server does.
package struct Quantity: Sendable, Hashable, Comparable {
  private let billionths: Int128

  /// In thousandths, rounded up; `nil` when that does not fit in 64 bits. A CPU quantity in millicores.
  package var milliValue: Int64? { scaled(by: 1_000_000) }

  package var isNegative: Bool { billionths < 0 }

  /// In whole units, rounded up; `nil` when that does not fit in 64 bits. A memory quantity in bytes.
  package var value: Int64? { scaled(by: 1_000_000_000) }

  private func scaled(by step: Int128) -> Int64? { Int64(exactly: Self.roundedUp(billionths, step)) }

  package static func < (one: Quantity, other: Quantity) -> Bool { one.billionths < other.billionths }

  /// `nil` for what is no quantity, or beyond about 10²⁹.
  package init?(_ text: String) {
    var digits: Int128 = 0
    var fraction = 0
    var hasDigit = false
    var hasPoint = false
    var isFiner = false
    var isNegative = false
    var rest = text.utf8[...]
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    while let byte = rest.first {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        hasDigit = true
        if hasPoint, fraction >= Self.fractionDigits {
          isFiner = isFiner || byte != UInt8(ascii: "0")
        } else {
          guard let next = Self.product(digits, 10) else { return nil }
          digits = next + Int128(byte - UInt8(ascii: "0"))
          if hasPoint { fraction += 1 }
        }
      } else {
        break
      }
      rest.removeFirst()
    }
    if isFiner, !isNegative { digits += 1 }
    guard hasDigit, let (factor, exponent) = Self.scale(Substring(rest)), let scaled = Self.product(digits, factor) else { return nil }
    let signed = isNegative ? -scaled : scaled
    let shift = 9 - fraction + exponent
    if shift < 0 {
      // A divisor beyond the widest number leaves nothing, or the finest step.
      billionths = Self.power(-shift).map { Self.roundedUp(signed, $0) } ?? (signed > 0 ? 1 : 0)
    } else {
      guard let power = Self.power(shift), Self.product(scaled, power) != nil else { return nil }
      billionths = signed * power
    }
  }

  /// From JSON: a string, or the bare number that YAML writers leave.
  package init?(_ value: JSONValue) {
    switch value {
    case .string(let text): self.init(text)
    case .int(let number): self.init(String(number))
    case .double(let number): self.init("\(number)")
    default: return nil
    }
  }

  private static let fractionDigits = 18

  /// What a suffix multiplies by: a factor, and a power of ten.
  private static func scale(_ suffix: Substring) -> (factor: Int128, exponent: Int)? {
    switch suffix {
    case "": return (1, 0)
    case "n": return (1, -9)
    case "u": return (1, -6)
    case "m": return (1, -3)
    case "k": return (1, 3)
    case "M": return (1, 6)
    case "G": return (1, 9)
    case "T": return (1, 12)
    case "P": return (1, 15)
    case "E": return (1, 18)
    case "Ki": return (1 << 10, 0)
    case "Mi": return (1 << 20, 0)
    case "Gi": return (1 << 30, 0)
    case "Ti": return (1 << 40, 0)
    case "Pi": return (1 << 50, 0)
    case "Ei": return (1 << 60, 0)
    default:
      guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()),
        (-999...999).contains(exponent)
      else { return nil }
      return (1, exponent)
    }
  }

  private static func product(_ one: Int128, _ other: Int128) -> Int128? {
    let (result, isOverflow) = one.multipliedReportingOverflow(by: other)
    // Room for a carry and for the sign.
    return isOverflow || result > Int128.max / 4 ? nil : result
  }

  private static func power(_ exponent: Int) -> Int128? {
    var power: Int128 = 1
    for _ in 0..<exponent {
      guard let next = product(power, 10) else { return nil }
      power = next
    }
    return power
  }

  private static func roundedUp(_ number: Int128, _ divisor: Int128) -> Int128 {
    let (whole, rest) = number.quotientAndRemainder(dividingBy: divisor)
    return rest > 0 ? whole + 1 : whole
  }

  /// `64 Mi`, `1.5 Gi`: bytes as people write limits.
  package static func bytes(_ count: Int64) -> String {
    let units: [(String, Int64)] = [("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)]
    for (name, size) in units where count >= size {
      // In two steps: ten times the largest count is beyond 64 bits.
      let tenths = count / size * 10 + count % size * 10 / size
      return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
    }
    return "\(count) B"
  }
}
