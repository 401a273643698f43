/// Neighbouring cells of one row that changed.
package struct CellRun: Equatable, Sendable {
  package let x: Int
  package let y: Int
  package let cells: [Cell]
}

extension CellBuffer {
  /// The cells to write so that a screen showing `previous` shows this buffer; every cell when the sizes differ.
  ///
  /// Only changed cells are listed. A wide grapheme is always listed whole.
  package func diff(from previous: CellBuffer?) -> [CellRun] {
    let previous = previous?.size == size ? previous : nil
    var runs: [CellRun] = []
    for y in 0..<size.rows {
      let row = y * size.columns
      var x = 0
      while x < size.columns {
        guard changed(row + x, since: previous) else {
          x += 1
          continue
        }
        // The first half of a wide grapheme differs whenever its second half does: they share the style.
        let start = x
        while x < size.columns, changed(row + x, since: previous) { x += 1 }
        runs.append(CellRun(x: start, y: y, cells: Array(cells[(row + start)..<(row + x)])))
      }
    }
    return runs
  }

  private func changed(_ index: Int, since previous: CellBuffer?) -> Bool {
    guard let previous else { return true }
    if cells[index] != previous.cells[index] { return true }
    // An unchanged second half of a changed wide grapheme belongs to the run of its first half.
    return cells[index].width == 0 && cells[index - 1] != previous.cells[index - 1]
  }

  /// The changed rows, where one of them shows what another showed before, as when a list scrolls; otherwise none.
  ///
  /// - Parameter runs: what ``diff(from:)`` found.
  package func movedRows(since previous: CellBuffer, _ runs: [CellRun]) -> [Int] {
    guard previous.size == size else { return [] }
    var changed: [Int] = []
    for run in runs where run.y != changed.last { changed.append(run.y) }
    guard changed.count > 1 else { return [] }
    let before = Set(changed.map { previous.text(ofRow: $0) })
    return changed.contains { before.contains(text(ofRow: $0)) } ? changed : []
  }

  private func text(ofRow y: Int) -> [Character] { cells[(y * size.columns)..<((y + 1) * size.columns)].map(\.grapheme) }

  /// Applies what `diff(from:)` found.
  package mutating func apply(_ runs: [CellRun]) {
    for run in runs {
      var x = run.x
      for cell in run.cells {
        self[x, run.y] = cell
        x += 1
      }
    }
  }
}
