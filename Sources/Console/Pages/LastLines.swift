import Screen
import TelemetryModel
import TimeFormat
import Views

/// The last records of a workload or pod, at the foot of its page.
enum LastLines {
  static func draw(_ records: [LogRecord], _ area: Rect, _ row: Int, _ canvas: Canvas) {
    canvas.rule(StyledLine("last log lines", .title), area, row, note: StyledLine("l logs", .dim))
    guard !records.isEmpty else {
      canvas.line(StyledLine("  no record yet", .grey), area, row + 1)
      return
    }
    let room = area.height - row - 1
    let lines = records.map { record in
      var line: StyledLine = [
        StyledRun("  " + canvas.shared.face.millis(record.at) + " ", .dim),
        StyledRun((record.level?.word ?? "–").padding(to: 6), (record.level ?? .info).role),
        StyledRun(record.message, (record.level ?? .info).role),
      ]
      if let id = record.requestID { line.append("  request \(id)", .dim) }
      return line
    }
    // The newest are whole first.
    let fitted = Canvas.fitted(lines, columns: area.width, rows: room, hanging: 4, lastFirst: true)
    for (index, line) in fitted.enumerated() { canvas.line(line, area, row + 1 + index) }
  }
}
