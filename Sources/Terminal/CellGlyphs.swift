package import CNcurses
import Glibc
package import Screen

/// Graphemes as ncurses takes them: cells of one spacing character and at most four that combine with it.
package enum CellGlyphs {
  /// CCHARW_MAX of ncurses.
  private static let charactersPerCell = 5

  /// What to write for `cell`: pieces from left to right that together take exactly its width.
  ///
  /// ncurses lays out by the C library's wcwidth. Where that disagrees with the computed width, for example on emoji younger than the
  /// library, the piece is replaced or filled with blanks, so that nothing right of it moves.
  package static func pieces(of cell: Cell, isUTF8: Bool) -> [(characters: [wchar_t], width: Int)] {
    let width = Int(cell.width)
    if !isUTF8, !cell.grapheme.isASCII {
      return (0..<width).map { _ in ([63, 0], 1) }
    }
    var pieces: [(characters: [wchar_t], width: Int)] = []
    var used = 0
    for scalar in cell.grapheme.unicodeScalars {
      let columns = Int(wcwidth(wchar_t(bitPattern: scalar.value)))
      if columns == 0, !pieces.isEmpty {
        // Selectors and joiners only mean something to a terminal that draws the whole sequence as one.
        let isInvisible = scalar.value == 0x200D || (0xFE00...0xFE0F).contains(scalar.value)
        if !isInvisible, pieces[pieces.count - 1].characters.count < charactersPerCell {
          pieces[pieces.count - 1].characters.append(wchar_t(bitPattern: scalar.value))
        }
        continue
      }
      let known = columns > 0
      if used + max(1, columns) > width { break }
      pieces.append(([known ? wchar_t(bitPattern: scalar.value) : 0xFFFD], max(1, columns)))
      used += max(1, columns)
      if !known { break }
    }
    for index in pieces.indices { pieces[index].characters.append(0) }
    while used < width {
      pieces.append(([32, 0], 1))
      used += 1
    }
    return pieces
  }
}
