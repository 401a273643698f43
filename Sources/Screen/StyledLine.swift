/// A piece of text of one role.
package struct Span: Equatable, Sendable {
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

/// One line of spans.
package struct StyledLine: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
  package var spans: [Span]

  package init(_ spans: [Span] = []) {
    self.spans = spans
  }

  package init(_ text: String, _ role: Role = .text, attributes: Attributes = []) {
    spans = [Span(text, role, attributes: attributes)]
  }

  package init(stringLiteral text: String) {
    spans = [Span(text)]
  }

  package init(arrayLiteral elements: Span...) {
    spans = elements
  }

  package var text: String {
    spans.count == 1 ? spans[0].text : spans.reduce(into: "") { $0 += $1.text }
  }

  /// Columns.
  package var width: Int {
    spans.reduce(0) { $0 + TextWidth.width(of: $1.text) }
  }

  package var isEmpty: Bool { spans.allSatisfy(\.text.isEmpty) }

  package mutating func append(_ text: String, _ role: Role = .text, attributes: Attributes = []) {
    spans.append(Span(text, role, attributes: attributes))
  }

  package static func + (left: StyledLine, right: StyledLine) -> StyledLine {
    StyledLine(left.spans + right.spans)
  }

  package static func += (left: inout StyledLine, right: StyledLine) {
    left.spans += right.spans
  }
}
