extension Color {
  /// The nearest color a terminal of `depth` has.
  package func nearest(in depth: ColorDepth) -> Color {
    switch (self, depth) {
    case (.default, _), (_, .truecolor): return self
    case (_, .mono): return .default
    case (.ansi(let index), .ansi256): return .ansi(index)
    case (.ansi(let index), .ansi16):
      if index < 16 { return self }
      let (red, green, blue) = Color.palette(index)
      return Color.nearestClassic(red, green, blue)
    case (.rgb(let red, let green, let blue), .ansi256): return Color.nearestExtended(Int(red), Int(green), Int(blue))
    case (.rgb(let red, let green, let blue), .ansi16): return Color.nearestClassic(Int(red), Int(green), Int(blue))
    }
  }

  // xterm's palette: ctlseqs, "256 colors"; the first sixteen as xterm's defaults.
  private static let cube = [0, 95, 135, 175, 215, 255]
  private static let classicColors: [(Int, Int, Int)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
  ]

  /// Red, green and blue of a palette entry, 0–255.
  package static func palette(_ index: UInt8) -> (Int, Int, Int) {
    switch Int(index) {
    case 0..<16: return classicColors[Int(index)]
    case 16..<232:
      let entry = Int(index) - 16
      return (cube[entry / 36], cube[entry / 6 % 6], cube[entry % 6])
    default:
      let grey = 8 + (Int(index) - 232) * 10
      return (grey, grey, grey)
    }
  }

  private static func distance(_ one: (Int, Int, Int), _ other: (Int, Int, Int)) -> Int {
    let (red, green, blue) = (one.0 - other.0, one.1 - other.1, one.2 - other.2)
    return red * red + green * green + blue * blue
  }

  private static func nearestExtended(_ red: Int, _ green: Int, _ blue: Int) -> Color {
    func step(_ part: Int) -> Int { part < 48 ? 0 : part < 115 ? 1 : (part - 35) / 40 }
    let inCube = UInt8(16 + 36 * step(red) + 6 * step(green) + step(blue))
    let average = (red + green + blue) / 3
    let inGreys = UInt8(232 + min(23, max(0, (average - 3) / 10)))
    let wanted = (red, green, blue)
    return distance(palette(inGreys), wanted) < distance(palette(inCube), wanted) ? .ansi(inGreys) : .ansi(inCube)
  }

  private static func nearestClassic(_ red: Int, _ green: Int, _ blue: Int) -> Color {
    let wanted = (red, green, blue)
    var best = 0
    for index in 1..<16 where distance(classicColors[index], wanted) < distance(classicColors[best], wanted) { best = index }
    return .ansi(UInt8(best))
  }
}
