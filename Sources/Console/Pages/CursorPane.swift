import ClusterModel
import Screen
import TelemetryModel
import TimeFormat
import Views

/// The row of the cursor in full, at the foot of a page: whole sentences, wrapped. It takes the rows that the list above leaves empty; a
/// large page keeps some for it.
enum CursorPane {
  /// Rows of the pane, its title included; 0: there is no room for one.
  ///
  /// - Parameters:
  ///   - height: rows of the list and the pane together.
  ///   - list: rows that the list fills, its header included.
  static func rows(of height: Int, list: Int) -> Int {
    let spare = height - list
    let own = height >= 20 ? max(6, height / 4) : 0
    return max(spare >= 2 ? spare : 0, own)
  }

  static func draw(_ lines: [StyledLine], in area: Rect, title: String = "at the cursor", note: StyledLine? = nil, _ canvas: Canvas) {
    guard area.height > 1 else { return }
    canvas.rule(StyledLine(title, .title), area, 0, note: note)
    let body = Rect(x: area.x + 1, y: area.y + 1, width: max(0, area.width - 2), height: area.height - 1)
    canvas.wrapped(lines, in: body)
  }

  /// A record: its message, where it was written, its fields.
  static func lines(
    of record: LogRecord, node: String? = nil, columns: Int, _ selection: Selection, _ context: PageContext
  ) -> [StyledLine] {
    let level = record.level ?? .info
    var head: StyledLine = [
      StyledRun(context.face.millis(record.at) + "  ", .dim),
      StyledRun("\(level.mark) \(record.level?.word ?? "–")".trimmed + "  ", level.role), StyledRun(record.service + "  ", .strong),
    ]
    head.append(record.message, level.role)
    return [head] + flow(place(of: record, node: node, selection, context), columns: columns)
      + flow(fields(of: record, context), columns: columns)
  }

  /// Facts side by side; none is broken that fits in a line.
  static func flow(_ facts: [(key: String, value: String)], columns: Int) -> [StyledLine] {
    var lines: [StyledLine] = []
    for fact in facts {
      let item: StyledLine = [StyledRun(fact.key + " ", .dim), StyledRun(fact.value)]
      if let last = lines.last, last.width + 3 + item.width <= columns {
        lines[lines.count - 1] += StyledLine("   ") + item
      } else {
        lines.append(item)
      }
    }
    return lines
  }

  /// Pod, node, image, workload, namespace, cluster.
  private static func place(
    of record: LogRecord, node: String?, _ selection: Selection, _ context: PageContext
  ) -> [(key: String, value: String)] {
    let origin = record.origin
    let snapshot = context.shown.health(of: origin.cluster)?.snapshot
    // A pod that came back under its name is another one.
    let pod = snapshot?.pod(origin.pod, in: origin.namespace).flatMap { $0.uid == origin.podUID ? $0 : nil }
    let image = pod?.containers.first { $0.name == origin.container }?.image ?? snapshot.flatMap { templateImage(of: origin, in: $0) }
    let facts: [(key: String, value: String)] = [
      ("pod", origin.pod), ("node", [node, pod?.node].compactMap { $0 }.first { !$0.isEmpty } ?? ""),
      ("image", image.map(WorkloadView.shortImage) ?? ""), ("workload", selection.owner?.reference.display ?? ""),
      ("namespace", origin.namespace), ("cluster", origin.cluster),
      ("container", origin.container == record.service ? "" : origin.container), ("run", origin.restart > 0 ? "\(origin.restart + 1)" : ""),
    ]
    return facts.filter { !$0.value.isEmpty }
  }

  /// The image of a pod that is gone: its ReplicaSet's, whose template never changes. Known is that of the container called like the workload.
  private static func templateImage(of origin: LogOrigin, in snapshot: ClusterSnapshot) -> String? {
    guard let dash = origin.pod.lastIndex(of: "-"), origin.pod.hasPrefix(origin.container + "-") else { return nil }
    let set = ObjectReference(kind: "ReplicaSet", namespace: origin.namespace, name: String(origin.pod[..<dash]))
    return snapshot.workload(set)?.image
  }

  /// What the row and the lines above do not say.
  private static func fields(of record: LogRecord, _ context: PageContext) -> [(key: String, value: String)] {
    let said: Set<String> = ["at", "from", "@timestamp", "logLevel", "logMessage", "logServiceName", "line"]
    return LogsView.detail(record, face: context.face).filter { !said.contains($0.key) }
  }
}

extension Canvas {
  /// Lines in `rows` rows. Each has one as long as there are enough; rows that are left over are for lines that do not fit in one, from
  /// the first line on, or from the last.
  static func fitted(_ lines: [StyledLine], columns: Int, rows: Int, hanging: Int = 2, lastFirst: Bool = false) -> [StyledLine] {
    guard columns > 0, rows > 0 else { return [] }
    let shown = Array(lastFirst ? lines.suffix(rows) : lines.prefix(rows))
    var spare = rows - shown.count
    var fitted: [[StyledLine]] = shown.map { [$0] }
    for index in lastFirst ? Array(shown.indices.reversed()) : Array(shown.indices) where spare > 0 && shown[index].width > columns {
      let wrapped = Paragraph.wrap(shown[index], columns: columns, hanging: hanging)
      fitted[index] = Array(wrapped.prefix(spare + 1))
      if wrapped.count > spare + 1 { fitted[index][spare] += StyledLine("…", .dim) }
      spare -= fitted[index].count - 1
    }
    return fitted.flatMap { $0 }
  }

  /// Lines broken at blanks, as many rows as the area has; what is left over is marked `…`.
  func wrapped(_ lines: [StyledLine], in area: Rect, hanging: Int = 2) {
    let rows = lines.flatMap { Paragraph.wrap($0, columns: area.width, hanging: hanging) }
    for (index, row) in rows.prefix(area.height).enumerated() {
      let isLast = index == area.height - 1 && rows.count > area.height
      line(isLast ? (row.width < area.width ? row + StyledLine("…", .dim) : row.cut(to: area.width - 1)) : row, area, index)
    }
  }
}
