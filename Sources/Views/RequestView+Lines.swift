import ClusterModel
package import Screen
import TelemetryModel
package import TimeFormat

/// The pods of a request as lines on a time axis.
extension RequestView {
  /// The label columns of a lane at this width.
  package static func labelWidth(_ width: Int) -> Int { min(38, max(20, width / 3)) }

  /// The width that ``laneLine(_:axis:labelWidth:isSelected:face:)`` leaves to the axis.
  package static func axisWidth(_ width: Int, labelWidth: Int) -> Int { max(10, width - labelWidth - 10) }

  /// - Parameter moment: where the cursor is, to be marked on the axis.
  package func laneLine(_ index: Int, axis: TimeAxis, labelWidth: Int, isSelected moment: Timestamp?, face: TimeDisplay) -> StyledLine {
    guard lanes.indices.contains(index) else { return StyledLine() }
    let lane = lanes[index]
    let isRed = lane.death != nil || lane.isBad
    var label = StyledLine(lane.service, isRed ? .red : .strong)
    label.append(" " + (lane.operation.isEmpty ? LogFields.shortPod(lane.pod) : lane.operation), .dim)
    var cells = AxisCells(width: axis.width)
    cells.draw(lane, axis)
    if let later = laterText(index, axis: axis, face: face) {
      _ = cells.put("  " + later.text, at: axis.column(of: lane.end) + 1, later.role)
    }
    if let moment { cells.mark(axis.column(of: moment), "│", .dim) }
    let right =
      lane.durationMicros.map { LogFields.duration(micros: $0) }
      ?? (lane.isComplete && lane.end > lane.start ? (lane.end - lane.start).brief : "–")
    return StyledLine(lane.isBad ? "✖" : " ", .red) + label.fitted(to: labelWidth) + " " + cells.line + StyledLine(" ")
      + StyledLine(right, isRed ? .red : .text).fitted(to: 8, align: .right)
  }

  /// The end of a lane's pod after the request, as a line under the lane; `nil` when there is none, or the lane itself has room for it.
  package func endLine(_ index: Int, axis: TimeAxis, labelWidth: Int, face: TimeDisplay) -> StyledLine? {
    guard lanes.indices.contains(index), let later = lanes[index].later, laterText(index, axis: axis, face: face) == nil else { return nil }
    let indent = labelWidth + 2
    let room = axis.width + 9
    var line = StyledLine("✝ " + later.text(after: lanes[index].end, face: face), later.role)
    // On a narrow screen it begins under the label rather than being cut.
    let more = later.successor.map { StyledLine(", \($0)", .dim) } ?? StyledLine()
    if line.width + more.width <= room + indent - 4 { line += more }
    return StyledLine(String(repeating: " ", count: max(4, min(indent, indent + room - line.width)))) + line
  }

  /// What a lane says of the end of its pod after the request, where the axis has room for it behind the lane's last record.
  private func laterText(_ index: Int, axis: TimeAxis, face: TimeDisplay) -> (text: String, role: Role)? {
    guard let later = lanes[index].later else { return nil }
    var cells = AxisCells(width: axis.width)
    cells.draw(lanes[index], axis)
    let text = "✝ " + later.text(after: lanes[index].end, face: face)
    return cells.put("  " + text, at: axis.column(of: lanes[index].end) + 1, later.role) ? (text, later.role) : nil
  }
}

extension PodEnding {
  fileprivate var role: Role { entry?.cause.isPlanned == true ? .dim : .amber }
}

/// A row of the time axis.
private struct AxisCells {
  private var cells: [Character]
  private var roles: [Role]
  /// Columns of words, in which blanks are not empty.
  private var words: Set<Int> = []

  init(width: Int) {
    cells = [Character](repeating: " ", count: width)
    roles = [Role](repeating: .accent, count: width)
  }

  mutating func draw(_ lane: RequestView.Lane, _ axis: TimeAxis) {
    let from = axis.column(of: lane.start)
    let to = axis.column(of: max(lane.end, lane.death?.at ?? lane.end))
    if to > from {
      for column in from...to { cells[column] = "─" }
      cells[from] = "├"
      if lane.death == nil { cells[to] = "┤" }
    }
    for moment in lane.moments {
      let column = axis.column(of: moment.at)
      if moment.level >= .error {
        (cells[column], roles[column]) = ("✖", .red)
      } else if moment.level >= .warn, cells[column] != "✖" {
        (cells[column], roles[column]) = ("▲", .amber)
      } else if cells[column] == " " || cells[column] == "─" {
        cells[column] = "●"
      }
    }
    guard let death = lane.death else { return }
    let column = axis.column(of: death.at)
    (cells[column], roles[column]) = ("✝", .red)
    for (offset, character) in " \(death.detail)".enumerated() where column + 1 + offset < cells.count {
      guard cells[column + 1 + offset] == " " else { break }
      (cells[column + 1 + offset], roles[column + 1 + offset]) = (character, .red)
      words.insert(column + 1 + offset)
    }
  }

  /// Writes a text where all of it has room; `false` when it has none.
  mutating func put(_ text: String, at column: Int, _ role: Role) -> Bool {
    let characters = Array(text)
    guard column + characters.count <= cells.count, cells[column..<column + characters.count].allSatisfy({ $0 == " " }) else {
      return false
    }
    for (offset, character) in characters.enumerated() {
      (cells[column + offset], roles[column + offset]) = (character, role)
      words.insert(column + offset)
    }
    return true
  }

  /// Marks a column that is empty.
  mutating func mark(_ column: Int, _ character: Character, _ role: Role) {
    if cells[column] == " ", !words.contains(column) { (cells[column], roles[column]) = (character, role) }
  }

  var line: StyledLine {
    var line = StyledLine()
    var run = ""
    for column in cells.indices {
      run.append(cells[column])
      if column + 1 == cells.count || roles[column + 1] != roles[column] {
        line.append(run, roles[column])
        run = ""
      }
    }
    return line
  }
}
