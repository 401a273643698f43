import TelemetryModel
import MigrationPlan
import ClusterModel
package import Screen
import TimeFormat
import Views

/// One frame: the cells, and what clicks on them do.
package struct ConsoleFrame: Sendable {
  package var buffer: CellBuffer
  package var hits: HitMap
  /// Which rows of the page's lists are in sight.
  var lists: [Int: (top: Int, visible: Int)] = [:]
  /// The first line of the side pane that is in sight.
  var paneTop = 0
}

/// Draws the state. Pure: the same state gives the same cells.
package enum ConsoleRenderer {
  package static let least = Size(columns: 40, rows: 10)

  package static func render(_ state: ConsoleState, size: Size, theme: Theme, glyphs: Glyphs) -> CellBuffer {
    frame(state, size: size, theme: theme, glyphs: glyphs).buffer
  }

  package static func frame(_ state: ConsoleState, size: Size, theme: Theme, glyphs: Glyphs) -> ConsoleFrame {
    let surface = Surface(size: size, theme: theme, glyphs: glyphs)
    guard size.columns >= least.columns, size.rows >= least.rows else {
      surface.draw(
        Paragraph(
          "The terminal is \(size.columns)×\(size.rows); Periplus needs at least \(least.columns)×\(least.rows). Make it larger, or q to quit."
        ),
        in: surface.bounds)
      return ConsoleFrame(buffer: surface.buffer, hits: HitMap())
    }
    let state = state.holdingSelection()
    var canvas = Canvas(surface: surface, shared: state.shared)
    header(state, surface)
    tabs(state, &canvas)
    var body = Rect(x: 0, y: 2, width: size.columns, height: size.rows - 3)
    var paneTop = 0
    if let pane = state.pane {
      let paneArea: Rect
      let isBeside = size.columns >= 110 && !pane.isStrip
      if isBeside {
        let width = min(52, size.columns / 3)
        paneArea = Rect(x: size.columns - width, y: body.y, width: width, height: body.height)
        body = Rect(x: 0, y: body.y, width: size.columns - width - 1, height: body.height)
      } else {
        // No room side by side: the pane takes the foot of the page, and more of it when it has the keys.
        // So does what a presenter asked for.
        let most = pane.isFocused ? body.height * 2 / 3 : pane.showsNotes ? body.height / 2 : max(4, body.height / 3)
        let height = pane.isStrip ? min(most, PaneDrawing.rows(pane, width: size.columns)) : most
        paneArea = Rect(x: 0, y: body.endY - height, width: size.columns, height: height)
        body = Rect(x: 0, y: body.y, width: size.columns, height: body.height - height)
      }
      paneTop = PaneDrawing(pane: pane, now: state.shared.now, keys: state.keys).draw(in: paneArea, besides: isBeside, surface)
      canvas.hasFocus = !pane.isFocused
    }
    state.page.draw(body, on: &canvas)
    footer(state, &canvas)
    for layer in state.layers {
      switch layer {
      case .text(let layer): layer.draw(surface)
      case .help(let layer): layer.draw(surface, state)
      case .palette(let layer): layer.draw(surface)
      case .search(let layer): layer.draw(surface)
      case .confirm(let layer): layer.draw(surface)
      case .pick(let layer): layer.draw(surface)
      }
    }
    return ConsoleFrame(buffer: surface.buffer, hits: canvas.hits, lists: canvas.lists, paneTop: paneTop)
  }

  // MARK: The frame around the page

  private static func header(_ state: ConsoleState, _ surface: Surface) {
    let shared = state.shared
    let width = surface.width
    if let pin = shared.pin {
      let text = " PINNED to \(shared.face.full(pin.moment)), \((shared.now - pin.moment).brief) ago"
      let row = Rect(x: 0, y: 0, width: width, height: 1)
      surface.fill(row, role: .banner)
      surface.text(text, x: 0, y: 0, role: .banner, width: max(0, width - 20))
      surface.text("\(state.keys.first(.pin) ?? ":live") returns to live ", x: 0, y: 0, role: .banner, width: width, align: .right)
      return
    }
    let clock = "\(shared.face.time(shared.now)) \(shared.face.name) "
    let room = width - TextWidth.width(of: clock) - 2
    func line(program: Bool, sprint: Bool, allClusters: Bool) -> StyledLine {
      var line = StyledLine(" periplus ", .title)
      let separator = StyledRun("\(surface.glyphs.separator) ", .border)
      if program, let voyage = shared.data.voyage {
        line.runs.append(separator)
        line.append(voyage.program + " ", .text)
      }
      if sprint, let voyage = shared.data.voyage {
        let text = VoyageView(voyage).sprintText
        if !text.isEmpty {
          line.runs.append(separator)
          line.append(text + " ", .dim)
        }
      }
      line.runs.append(separator)
      let clusters = shared.data.clusters.map(\.snapshot)
      if clusters.isEmpty { line.append("no cluster", .grey) }
      if allClusters {
        for snapshot in clusters { line += cluster(snapshot, shared) }
      } else if let worst = clusters.first(where: { !isAnswering($0, shared) }) ?? clusters.first {
        line += cluster(worst, shared)
        if clusters.count > 1 { line.append("and \(clusters.count - 1) more", .dim) }
      }
      return line
    }
    let variants = [
      line(program: true, sprint: true, allClusters: true), line(program: false, sprint: true, allClusters: true),
      line(program: false, sprint: false, allClusters: true), line(program: false, sprint: false, allClusters: false),
    ]
    surface.line(variants.first { $0.width <= room } ?? variants[3], y: 0, width: room)
    surface.text(clock, x: 0, y: 0, role: .text, width: width, align: .right)
  }

  /// A server that is there answers every two seconds: a younger answer needs no word.
  private static let quiet = Duration.seconds(4)

  private static func isAnswering(_ snapshot: ClusterSnapshot, _ shared: PageContext) -> Bool {
    guard case .live = snapshot.connection else { return false }
    return snapshot.answered.map { shared.now - $0 < ClusterSnapshot.trusted } ?? true
  }

  /// With the age of its last answer once that is worth a word, and grey once nothing that is shown can be relied on.
  private static func cluster(_ snapshot: ClusterSnapshot, _ shared: PageContext) -> StyledLine {
    let age = snapshot.answered.map { shared.now - $0 } ?? .zero
    return switch snapshot.connection {
    case .live where !isAnswering(snapshot, shared):
      [StyledRun("◌ \(snapshot.cluster) stale \(age.brief)  ", .grey)]
    case .live where age >= quiet: [StyledRun("● ", .green), StyledRun("\(snapshot.cluster) \(age.brief)  ")]
    case .live: [StyledRun("● ", .green), StyledRun(snapshot.cluster + "  ")]
    case .connecting: [StyledRun("◌ \(snapshot.cluster) connecting  ", .grey)]
    case .stale(let since, _, _): [StyledRun("◌ \(snapshot.cluster) stale \((shared.now - since).brief)  ", .grey)]
    }
  }

  private static func tabs(_ state: ConsoleState, _ canvas: inout Canvas) {
    let pages = Pages.tabs
    let items = pages.map { Tabs.Item(key: $0.tab.key, title: $0.spec.title, mark: $0.tab.mark(state.shared)) }
    let active = pages.firstIndex { $0.spec.id == state.spec.root } ?? 0
    let tabs = Tabs(items, active: active)
    let width = canvas.surface.width
    canvas.surface.draw(tabs, in: Rect(x: 0, y: 1, width: width, height: 1))
    let layout = tabs.layout(width: width)
    for (index, range) in layout.enumerated() {
      canvas.hits.add(Rect(x: range.lowerBound, y: 1, width: range.count, height: 1), .tab(pages[index].spec.id))
    }
    let end = (layout.last?.upperBound ?? 0) + 3
    if state.spec.parent != nil, end < width {
      canvas.surface.line([StyledRun("› ", .dim), StyledRun(state.page.title, .accent)], x: end, y: 1, width: width - end)
    }
  }

  private static func footer(_ state: ConsoleState, _ canvas: inout Canvas) {
    let surface = canvas.surface
    let y = surface.height - 1
    if let note = state.note {
      let role: Role = note.tone == .bad ? .amber : (note.tone == .good ? .green : .text)
      let mark = note.tone == .bad ? "▲ " : (note.tone == .good ? "✔ " : "")
      // A sentence that is too long for one row takes the row above as well.
      let lines = Paragraph.wrap(StyledLine("\(mark)\(note.text)", role), columns: max(1, surface.width - 2), hanging: 2)
      if lines.count > 1 { surface.fill(Rect(x: 0, y: y - 1, width: surface.width, height: 1)) }
      for (index, line) in lines.prefix(2).enumerated() {
        let text = index == 1 && lines.count > 2 ? line + StyledLine("…", role) : line
        surface.line(text, x: 1, y: y - min(lines.count, 2) + 1 + index, width: surface.width - 1)
      }
      return
    }
    let hints = CommandTable.commands(on: state.spec.id).filter { $0.hint != nil && $0.disabledReason(state) == nil }
    // What is everywhere (help) stays when there is no room for the others.
    var line = StyledLine()
    var placed: [(id: CommandID, from: Int, width: Int)] = []
    let sources = SourcesView(state.shared.data.sources, clusters: state.shared.data.clusters.map(\.snapshot), now: state.shared.now)
    let wanted = max(surface.width / 2 - 4, surface.width - sources.footer(width: 0).width - 4)
    // Help has a place always; then what is reached for first.
    let ordered = hints.enumerated().sorted { ($0.element.hintRank, $0.offset) < ($1.element.hintRank, $1.offset) }.map(\.element)
    for command in ordered {
      guard let key = state.keys.first(command.id), let hint = command.hint else { continue }
      let item: StyledLine = [StyledRun(key.lowercased() == "enter" ? "enter" : key, .key), StyledRun(" \(hint)", .dim)]
      guard line.width + item.width + 2 <= wanted else { continue }
      if command.id == .help {
        line = item
      } else {
        let help = line.runs.suffix(2)
        let head = StyledLine(Array(line.runs.dropLast(2)))
        line = head + item + StyledLine("  ") + StyledLine(Array(help))
      }
      placed.append((command.id, 0, item.width))
    }
    let left = sources.footer(width: max(10, surface.width - line.width - 3))
    surface.line(StyledLine(" ") + left, y: y, width: max(0, surface.width - line.width - 2))
    surface.line(line, y: y, width: max(0, surface.width - 1), align: .right)
    var x = surface.width - 1 - line.width
    for item in placed.dropFirst() + placed.prefix(1) {
      canvas.hits.add(Rect(x: x, y: y, width: item.width, height: 1), .command(item.id))
      x += item.width + 2
    }
  }
}
