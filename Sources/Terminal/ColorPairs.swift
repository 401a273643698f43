import CNcurses
import Screen

/// The color pairs ncurses knows, allotted as they are met.
struct ColorPairs {
  private struct Key: Hashable {
    let foreground: Int32
    let background: Int32
  }

  private let depth: ColorDepth
  private let colors: Int
  private let limit: Int
  private var numbers: [Key: Int32] = [:]

  init(depth: ColorDepth) {
    self.depth = depth
    colors = Int(periplus_colors())
    // ncurses keeps its pairs in an array; a screen needs a few hundred at most.
    limit = min(Int(periplus_color_pairs()), 32_000)
  }

  /// The pair and the attributes that show `style`.
  mutating func resolve(_ style: Style) -> (pair: Int32, attributes: attr_t) {
    var attributes: attr_t = 0
    if style.attributes.contains(.bold) { attributes |= periplus_bold }
    if style.attributes.contains(.dim) { attributes |= periplus_dim }
    if style.attributes.contains(.italic) { attributes |= periplus_italic }
    if style.attributes.contains(.underline) { attributes |= periplus_underline }
    if style.attributes.contains(.reverse) { attributes |= periplus_reverse }
    guard depth != .mono else { return (0, attributes) }
    let key = Key(
      foreground: number(style.foreground, attributes: &attributes), background: background(style.background))
    if key.foreground < 0, key.background < 0 { return (0, attributes) }
    if let known = numbers[key] { return (known, attributes) }
    let next = Int32(numbers.count + 1)
    guard Int(next) < limit, init_extended_pair(next, key.foreground, key.background) == OK else { return (0, attributes) }
    numbers[key] = next
    return (next, attributes)
  }

  private func number(_ color: Color, attributes: inout attr_t) -> Int32 {
    switch color.nearest(in: depth) {
    case .default: return -1
    case .ansi(let index) where colors < 16 && index >= 8 && index < 16:
      // Eight colors: bright black is dim text, the other bright ones are bold.
      attributes |= index == 8 ? periplus_dim : periplus_bold
      return index == 8 ? -1 : Int32(index) - 8
    case .ansi(let index): return direct(index)
    case .rgb(let red, let green, let blue): return rgb(red, green, blue)
    }
  }

  private func background(_ color: Color) -> Int32 {
    switch color.nearest(in: depth) {
    case .default: -1
    case .ansi(let index): colors < 16 ? Int32(index % 8) : direct(index)
    case .rgb(let red, let green, let blue): rgb(red, green, blue)
    }
  }

  // A description with RGB takes colors as numbers; only 0–7 remain palette entries (user_caps(5)).
  private func direct(_ index: UInt8) -> Int32 {
    guard depth == .truecolor, index >= 8 else { return Int32(index) }
    let (red, green, blue) = Color.palette(index)
    return rgb(UInt8(red), UInt8(green), UInt8(blue))
  }

  private func rgb(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Int32 {
    let value = Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
    return value < 8 ? 0 : value
  }
}
