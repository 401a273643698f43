package import Screen

/// What the user may decide about the terminal.
package struct TerminalOptions: Sendable {
  package enum Symbols: Sendable {
    /// Unicode when the locale's encoding is UTF-8.
    case automatic
    case unicode
    case ascii
  }

  package var symbols: Symbols = .automatic
  /// Never use more colors than this; nil takes what the terminal has.
  package var maximumDepth: ColorDepth?
  package var mouse = true
  package var reportsFocus = false
  /// How long an Esc waits for the rest of a key's sequence, in milliseconds; nil takes 25, under ssh 100.
  package var escapeDelay: Int?
  /// Whether a process of its own restores the terminal when this one is killed. The program must call
  /// `TerminalGuard.runIfRequested()` first in main.
  package var guarded = true
  /// The file into which a crash writes its report; nil for none.
  package var crashReport: String?
  /// The least time between two frames that only background work asked for, in milliseconds. Keys are answered at once.
  package var frameInterval = 16

  package init() {}
}

/// What the terminal can show.
package struct TerminalCapabilities: Equatable, Sendable {
  package let name: String
  package let depth: ColorDepth
  package let isUTF8: Bool

  package var theme: Theme { Theme(depth: depth) }
  package var glyphs: Glyphs { isUTF8 ? .unicode : .ascii }
}

extension ColorDepth {
  /// The depth for a terminal whose description has `colors` colors.
  ///
  /// COLORTERM alone gives 256: without RGB in the terminal's description ncurses can only reach other colors by redefining the user's
  /// palette. NO_COLOR (no-color.org) counts when it is not empty.
  package static func detect(colors: Int, hasRGB: Bool, colorTerm: String?, noColor: String?) -> ColorDepth {
    if let noColor, !noColor.isEmpty { return .mono }
    if colors < 8 { return .mono }
    if hasRGB, colors >= 1 << 24 { return .truecolor }
    if colors >= 256 { return .ansi256 }
    return .ansi16
  }
}
