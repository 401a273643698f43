package import JSONBytes

/// A resource quantity, `250m`, `1.5Gi`, `2e3`, in thousandths (apimachinery, api/resource).
package struct Quantity: Sendable, Hashable {
  package var thousandths: Int64

  package init?(_ value: JSONValue) {
    switch value {
    case .string(let text): self.init(text)
    case .int(let number): self.init(String(number))
    case .double(let number): self.init("\(number)")
    default: return nil
    }
  }

  package init?(_ text: String) {
    let number = text.prefix { $0.isNumber || $0 == "." || $0 == "-" || $0 == "+" }
    guard let base = Double(number), base.isFinite else { return nil }
    let factor: Double
    switch text.dropFirst(number.count) {
    case "": factor = 1
    case "n": factor = 1e-9
    case "u": factor = 1e-6
    case "m": factor = 1e-3
    case "k": factor = 1e3
    case "M": factor = 1e6
    case "G": factor = 1e9
    case "T": factor = 1e12
    case "P": factor = 1e15
    case "E": factor = 1e18
    case "Ki": factor = 1024
    case "Mi": factor = 1_048_576
    case "Gi": factor = 1_073_741_824
    case "Ti": factor = 1_099_511_627_776
    case let rest where rest.first == "e" || rest.first == "E":
      guard let exponent = Int(rest.dropFirst()), abs(exponent) < 16 else { return nil }
      factor = (0..<abs(exponent)).reduce(1.0) { product, _ in exponent < 0 ? product / 10 : product * 10 }
    default: return nil
    }
    guard let whole = Int64(exactly: (base * factor * 1000).rounded(.up)) else { return nil }
    thousandths = whole
  }
}
