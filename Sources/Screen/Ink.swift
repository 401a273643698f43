/// Writes styled text for a terminal that shows it line by line, with the escape sequences of ECMA-48 (SGR); or without any.
package struct Ink: Sendable {
  /// `nil` where nothing is colored: a file, a pipe, `NO_COLOR`.
  private let theme: Theme?

  package init(theme: Theme?) { self.theme = theme }

  package static let none = Ink(theme: nil)
  /// The terminal's own sixteen colors.
  package static let classic = Ink(theme: Theme(depth: .ansi16))

  package func callAsFunction(_ text: String, _ role: Role) -> String {
    guard let codes = theme.map({ Self.codes($0.style(role)) }), !codes.isEmpty, !text.isEmpty else { return text }
    return "\u{1B}[\(codes.map(String.init).joined(separator: ";"))m\(text)\u{1B}[0m"
  }

  private static func codes(_ style: Style) -> [Int] {
    var codes: [Int] = []
    for (attribute, code) in [(Attributes.bold, 1), (.dim, 2), (.italic, 3), (.underline, 4), (.reverse, 7)]
    where style.attributes.contains(attribute) { codes.append(code) }
    if case .ansi(let color) = style.foreground { codes.append(color < 8 ? 30 + Int(color) : 82 + Int(color)) }
    return codes
  }
}
