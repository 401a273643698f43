package import JSONBytes

/// The ranges of the API's integers. Everything that is computed with a number from outside reads it through `integer(in:)` or
/// `boundedInteger`, so that no sum or product of such numbers can overflow 64 bits, whatever a client wrote or a file holds.
package enum IntegerRange {
  /// `int32`, the type of nearly every number of the API.
  package static let int32 = Int(Int32.min)...Int(Int32.max)
  /// An `int32` that counts something, or a number of seconds.
  package static let count = 0...Int(Int32.max)
}

extension JSONValue {
  /// The whole number, brought into the range where it lies outside; `nil` for what is no whole number.
  package func integer(in range: ClosedRange<Int>) -> Int? {
    switch self {
    case .int(let number): return range.nearest(Int(clamping: number))
    case .double(let number):
      guard number.isFinite, number == number.rounded(.towardZero) else { return nil }
      // A number beyond 64 bits came as a Double.
      if number <= Double(range.lowerBound) { return range.lowerBound }
      return number >= Double(range.upperBound) ? range.upperBound : range.nearest(Int(number))
    default: return nil
    }
  }
}

/// The number that a text writes, such as an annotation or a parameter of a query, brought into the range where it lies outside; `nil`
/// for what is no whole number, or has more digits than 64 bits hold.
package func boundedInteger(_ text: some StringProtocol, in range: ClosedRange<Int>) -> Int? { Int(text).map(range.nearest) }

extension ClosedRange<Int> {
  fileprivate func nearest(_ number: Int) -> Int { Swift.min(Swift.max(number, lowerBound), upperBound) }
}

extension FixedWidthInteger {
  /// The sum, or the type's limit where the sum is beyond it.
  package func addingClamped(_ other: Self) -> Self {
    let (sum, isOverflow) = addingReportingOverflow(other)
    return isOverflow ? (other < 0 ? .min : .max) : sum
  }
}
