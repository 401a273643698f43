/// How many colors a terminal shows.
package enum ColorDepth: String, Hashable, Sendable, CaseIterable, Comparable {
  case mono
  case ansi16
  case ansi256
  case truecolor

  package static func < (left: ColorDepth, right: ColorDepth) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// What a piece of the screen is for; the theme says how it looks.
package enum Role: String, Hashable, Sendable, CaseIterable {
  case text
  case strong
  case dim
  case accent
  case title
  case header
  case selection
  case border
  case red
  case amber
  case green
  case grey
  /// The name of a key in the footer and the help.
  case key
  case link
  /// Text that a search found.
  case match
  case input
  case placeholder
  case tab
  case activeTab
  /// A line that must not be overlooked, such as the moment the pages are pinned to.
  case banner
  case bar
  case track
  case disabled
}

/// The style of each role, for one color depth.
///
/// Red and amber are for faults only and grey is for missing data. A color never says alone what is wrong: a glyph or a word says it too.
/// Without colors (`mono`) the roles differ by bold, dim, underline and reverse video.
package struct Theme: Equatable, Sendable {
  package let depth: ColorDepth
  private let styles: [Role: Style]

  package init(depth: ColorDepth) {
    self.depth = depth
    var styles: [Role: Style] = [:]
    for role in Role.allCases { styles[role] = Theme.style(of: role, depth: depth) }
    self.styles = styles
  }

  package func style(_ role: Role) -> Style {
    styles[role] ?? .plain
  }

  package subscript(role: Role) -> Style { style(role) }

  /// The nearest style the theme's depth can show.
  package func nearest(_ style: Style) -> Style {
    Style(
      foreground: style.foreground.nearest(in: depth), background: style.background.nearest(in: depth),
      attributes: style.attributes)
  }

  private static func style(of role: Role, depth: ColorDepth) -> Style {
    switch depth {
    case .mono: return mono(role)
    case .ansi16: return classic(role)
    case .ansi256, .truecolor:
      let style = rich(role)
      return Style(
        foreground: style.foreground.nearest(in: depth), background: style.background.nearest(in: depth),
        attributes: style.attributes)
    }
  }

  // Middle tones: they stand out from a black and from a white background, and their nearest of 256 colors keep apart (amber must
  // not come out as a salmon that looks like red).
  private static func rich(_ role: Role) -> Style {
    let accent = Color.rgb(0x3a, 0x8f, 0xc8)
    let grey = Color.rgb(0x8a, 0x8a, 0x8a)
    return switch role {
    case .text: .plain
    case .strong: Style(attributes: .bold)
    case .dim, .placeholder, .grey, .disabled: Style(foreground: grey)
    case .accent, .bar: Style(foreground: accent)
    case .title: Style(foreground: accent, attributes: .bold)
    case .header: Style(foreground: grey, attributes: .bold)
    case .selection: Style(foreground: .rgb(0xff, 0xff, 0xff), background: .rgb(0x24, 0x3f, 0x55), attributes: .bold)
    case .border, .track: Style(foreground: .rgb(0x6c, 0x6c, 0x6c))
    case .red: Style(foreground: .rgb(0xe0, 0x5a, 0x5a), attributes: .bold)
    case .amber: Style(foreground: .rgb(0xd0, 0x88, 0x00))
    case .green: Style(foreground: .rgb(0x62, 0xa8, 0x5c))
    case .key: Style(foreground: accent, attributes: .bold)
    case .link: Style(foreground: accent, attributes: .underline)
    case .match: Style(foreground: .rgb(0x10, 0x10, 0x10), background: .rgb(0xd7, 0xc0, 0x6a))
    case .input: Style(attributes: .bold)
    case .tab: Style(foreground: grey)
    case .activeTab: Style(foreground: accent, attributes: [.bold, .underline])
    case .banner: Style(attributes: [.bold, .reverse])
    }
  }

  private static func classic(_ role: Role) -> Style {
    switch role {
    case .text: .plain
    case .strong, .input, .header: Style(attributes: .bold)
    case .dim, .placeholder, .grey, .disabled, .border, .track, .tab: Style(foreground: .ansi(8))
    case .accent, .bar: Style(foreground: .ansi(6))
    case .title, .key: Style(foreground: .ansi(6), attributes: .bold)
    case .link: Style(foreground: .ansi(6), attributes: .underline)
    case .selection: Style(attributes: [.bold, .reverse])
    case .red: Style(foreground: .ansi(1), attributes: .bold)
    case .amber: Style(foreground: .ansi(3))
    case .green: Style(foreground: .ansi(2))
    case .match: Style(foreground: .ansi(0), background: .ansi(3))
    case .activeTab: Style(foreground: .ansi(6), attributes: [.bold, .underline])
    case .banner: Style(attributes: [.bold, .reverse])
    }
  }

  private static func mono(_ role: Role) -> Style {
    switch role {
    case .text, .green, .bar, .tab: .plain
    case .strong, .title, .accent, .red, .key, .input: Style(attributes: .bold)
    case .header: Style(attributes: [.bold, .underline])
    case .dim, .grey, .border, .track, .placeholder, .disabled: Style(attributes: .dim)
    case .amber: .plain
    case .link: Style(attributes: .underline)
    case .match: Style(attributes: [.reverse, .underline])
    case .activeTab, .selection, .banner: Style(attributes: [.bold, .reverse])
    }
  }
}
