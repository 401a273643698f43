/// A piece of text of one role.
package struct StyledRun: Equatable, Sendable {
  package var text: String
  package var role: Role
  package var attributes: Attributes
  /// A style that takes the place of the role's.
  package var style: Style?

  package init(_ text: String, _ role: Role = .text, attributes: Attributes = []) {
    self.text = text
    self.role = role
    self.attributes = attributes
    self.style = nil
  }

  package init(_ text: String, style: Style) {
    self.text = text
    self.role = .text
    self.attributes = []
    self.style = style
  }

  package func resolved(in theme: Theme) -> Style {
    (style.map(theme.nearest) ?? theme.style(role)).adding(attributes)
  }
}

/// One line of runs.
package struct StyledLine: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
  package var runs: [StyledRun]

  package init(_ runs: [StyledRun] = []) {
    self.runs = runs
  }

  package init(_ text: String, _ role: Role = .text, attributes: Attributes = []) {
    runs = [StyledRun(text, role, attributes: attributes)]
  }

  package init(stringLiteral text: String) {
    runs = [StyledRun(text)]
  }

  package init(arrayLiteral elements: StyledRun...) {
    runs = elements
  }

  package var text: String {
    runs.count == 1 ? runs[0].text : runs.reduce(into: "") { $0 += $1.text }
  }

  /// Columns.
  package var width: Int {
    runs.reduce(0) { $0 + TextWidth.width(of: $1.text) }
  }

  package var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

  package mutating func append(_ text: String, _ role: Role = .text, attributes: Attributes = []) {
    runs.append(StyledRun(text, role, attributes: attributes))
  }

  package static func + (left: StyledLine, right: StyledLine) -> StyledLine {
    StyledLine(left.runs + right.runs)
  }

  package static func += (left: inout StyledLine, right: StyledLine) {
    left.runs += right.runs
  }
}
