package import Screen

/// Mouse reports of a terminal that ncurses does not decode.
package enum MouseDecoder {
  /// What follows `ESC [` of a report with decimal numbers: `<button;column;row` and `M` for pressed or `m` for released (xterm's ctlseqs,
  /// "SGR"). `nil` for what is none.
  package static func event(_ sequence: [UInt8]) -> MouseEvent? {
    guard sequence.first == UInt8(ascii: "<"), let last = sequence.last else { return nil }
    let numbers = String(decoding: sequence.dropFirst().dropLast(), as: UTF8.self).split(separator: ";").compactMap { Int($0) }
    guard numbers.count == 3, last == UInt8(ascii: "M") || last == UInt8(ascii: "m") else { return nil }
    let code = numbers[0]
    var modifiers: KeyModifiers = []
    if code & 4 != 0 { modifiers.insert(.shift) }
    if code & 8 != 0 { modifiers.insert(.alt) }
    if code & 16 != 0 { modifiers.insert(.control) }
    guard (1...100_000).contains(numbers[1]), (1...100_000).contains(numbers[2]) else { return nil }
    let position = Point(x: numbers[1] - 1, y: numbers[2] - 1)
    switch code & ~28 {
    case 64: return MouseEvent(action: .wheelUp, button: .none, position: position, modifiers: modifiers)
    case 65: return MouseEvent(action: .wheelDown, button: .none, position: position, modifiers: modifiers)
    case 0...2:
      let button = [MouseEvent.Button.left, .middle, .right][code & 3]
      return MouseEvent(action: last == UInt8(ascii: "m") ? .release : .press, button: button, position: position, modifiers: modifiers)
    default: return nil
    }
  }
}
