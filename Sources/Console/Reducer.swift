import TelemetryModel
import ClusterModel
package import Screen
package import TimeFormat
import Views

/// `(state, message) → state + effects`. Nothing here waits for anything.
extension ConsoleState {
  // MARK: Messages from outside

  package mutating func receive(_ message: Message, now: Timestamp) -> [Effect] {
    shared.now = max(shared.now, now)
    switch message {
    case .cluster(let update):
      let name = update.health.snapshot.cluster
      if let index = shared.data.clusters.firstIndex(where: { $0.snapshot.cluster == name }) {
        shared.data.clusters[index] = update.health
      } else {
        shared.data.clusters.append(update.health)
      }
      if shared.pin == nil { refresh() }
    case .heard(let name, let at):
      guard let index = shared.data.clusters.firstIndex(where: { $0.snapshot.cluster == name }) else { break }
      shared.data.clusters[index].snapshot.answered = at
    case .ledger(let update):
      if update.error == nil {
        shared.data.reschedules = update.record.reschedules
        shared.data.gaps = update.record.gaps
        shared.data.shortages = update.record.shortages
        shared.data.hasLedger = true
      }
      shared.data.ledgerError = update.error
      if shared.pin == nil {
        refresh()
        return tell(.changed(.ledger)).effects
      }
    case .plan(let update):
      shared.data.voyage = update.voyage ?? (update.error == nil ? nil : shared.data.voyage)
      shared.data.planError = update.error
      if shared.pin == nil { refresh() }
    case .sources(let sources):
      shared.data.sources = sources
      let ledger = LedgerCoverage(sources, now: shared.now, ground: shared.ground)
      if ledger != shared.data.ledger {
        shared.data.ledger = ledger
        if shared.pin == nil { refresh() }
      }
    case .answered(let slot, let number, let result):
      guard awaited[slot] == number else { return [] }
      awaited[slot] = nil
      if slot.owner == .page { return tell(.answered(slot: slot.name, result)).effects }
      if slot.isOfObject { receive(object: result, slot, number) }
      receive(past: slot, result)
    case .changed(let feed): return tell(.changed(feed)).effects
    case .pane(let update):
      let opens = update.opens != pane?.update.opens ? update.opens : nil
      if pane == nil { pane = SidePane(update: update) } else { pane?.update = update }
      pane?.scroll = 0
      pane?.wait = nil
      pane?.isCancelling = false
      if let opens, case .success(let link) = Place.parse(opens) { return open(link) }
    case .check(let news): receive(news)
    case .note(let note): self.note = note
    case .press(let presses):
      isPlayed = true
      defer { isPlayed = false }
      return presses.flatMap { handle($0, now: now) }
    case .run(let text): return run(text: text)
    case .tick:
      if let note, note.tone != .bad, now - notedAt >= Note.lasting { self.note = nil }
      // Ages are written on most pages; only they change.
      if shared.pin == nil { refresh() }
    }
    return []
  }

  // MARK: Keys

  package mutating func handle(_ press: KeyPress, now: Timestamp) -> [Effect] {
    shared.now = max(shared.now, now)
    let command = keys.command(for: press, on: spec.id)
    // They are about the terminal, whatever lies over the page; a plain letter is typed where text is typed.
    if let command, command == .suspend || command == .redraw, press.text == nil { return run(command, argument: "") }
    // The compositor: front to back, consumed or ignored.
    if !layers.isEmpty {
      let outcome = handleLayer(press, command)
      if case .ignored = outcome {} else { return apply(outcome) }
    }
    note = nil
    guard let command else {
      note = Note("\(press.name) does nothing here; \(keys.first(.help) ?? ":help") lists the keys.")
      return []
    }
    return run(command, argument: "")
  }

  private mutating func handleLayer(_ press: KeyPress, _ command: CommandID?) -> LayerOutcome {
    guard let front = layers.indices.last else { return .ignored }
    let height = listRows
    switch layers[front] {
    case .text(var layer):
      let outcome = layer.handle(press, command, height: height)
      layers[front] = .text(layer)
      return outcome
    case .help(var layer):
      let outcome = layer.handle(command, height: height)
      layers[front] = .help(layer)
      return outcome
    case .palette(var layer):
      let outcome = layer.handle(press)
      layers[front] = .palette(layer)
      return outcome
    case .search(var layer):
      let typed = layer.input.text
      let outcome = layer.handle(press)
      layers[front] = .search(layer)
      guard let before = layer.before else { return outcome }
      if case .closed = outcome {
        let effects = tell(.command(.search, before.filter)).effects
        page.lists = before.lists
        refresh()
        layers.removeLast()
        return .effects(effects)
      }
      if case .consumed = outcome, layer.input.text != typed { return .effects(filterLive(layer.input.text)) }
      return outcome
    case .confirm(var layer):
      let outcome = layer.handle(press)
      layers[front] = .confirm(layer)
      return outcome
    case .pick(var layer):
      let outcome = layer.handle(press, command, height: height)
      layers[front] = .pick(layer)
      return outcome
    }
  }

  mutating func apply(_ outcome: LayerOutcome) -> [Effect] {
    switch outcome {
    case .ignored, .consumed: return []
    case .closed:
      layers.removeLast()
      return []
    case .say(let text):
      note = Note(text, .bad)
      return []
    case .effects(let effects):
      if case .confirm = layers.last { layers.removeLast() }
      return effects
    case .runs(let command, let argument):
      if case .search = layers.last, !argument.isEmpty { remember(argument, in: \.searchHistory) }
      if case .palette(let layer) = layers.last { remember(layer.input.text.trimmed, in: \.paletteHistory) }
      layers.removeLast()
      return run(command, argument: argument, isAnswer: true)
    case .goes(let place):
      layers.removeLast()
      return go(place)
    case .types(let text):
      layers.removeLast()
      openPalette(text)
      return []
    }
  }

  /// Shows the rows that match what is typed so far.
  private mutating func filterLive(_ text: String) -> [Effect] { tell(.command(.search, text.trimmed)).effects }

  private mutating func remember(_ entry: String, in history: WritableKeyPath<ConsoleState, [String]>) {
    guard !entry.isEmpty else { return }
    self[keyPath: history].removeAll { $0 == entry }
    self[keyPath: history].append(entry)
    if self[keyPath: history].count > 100 { self[keyPath: history].removeFirst() }
  }

  /// Text that was pasted goes where text is typed.
  package mutating func paste(_ text: String, now: Timestamp) -> [Effect] {
    shared.now = max(shared.now, now)
    guard let front = layers.indices.last else {
      note = Note("Paste goes into a search (/) or the palette (:).")
      return []
    }
    switch layers[front] {
    case .search(var layer):
      _ = layer.input.insert(text)
      layers[front] = .search(layer)
      if layer.before != nil { return filterLive(layer.input.text) }
    case .palette(var layer):
      layer.paste(text)
      layers[front] = .palette(layer)
    case .confirm(var layer):
      _ = layer.input.insert(text)
      layers[front] = .confirm(layer)
    default: break
    }
    return []
  }

  /// A line as one types it into the palette: `request 9f3c`, `logs`, `open health`.
  package mutating func run(text: String) -> [Effect] {
    let line = text.trimmed
    let name = line.prefix { $0 != " " }
    guard let id = CommandTable.command(named: String(name.first == ":" ? name.dropFirst() : name))?.id else {
      note = Note("There is no command \"\(name)\"; ? lists them.", .bad)
      return []
    }
    return run(id, argument: String(line.dropFirst(name.count)).trimmed, isAnswer: true)
  }

  // MARK: Mouse

  package mutating func handle(_ event: MouseEvent, hits: HitMap, now: Timestamp) -> [Effect] {
    shared.now = max(shared.now, now)
    switch event.action {
    case .wheelUp, .wheelDown:
      let press = KeyPress(event.action == .wheelUp ? .up : .down)
      return (0..<3).flatMap { _ in handle(press, now: now) }
    case .release: return []
    case .press, .doubleClick:
      guard event.button == .left else { return [] }
      guard layers.isEmpty else {
        if hits.action(at: event.position) == nil, case .text = layers.last { layers.removeLast() }
        return []
      }
      note = nil
      switch hits.action(at: event.position) {
      case .tab(let tab): return open(tab)
      case .command(let id): return run(id, argument: "")
      case .row(let row, let pane):
        let effects = tell(.picked(row: row, pane: pane)).effects
        refresh()
        return effects + (event.action == .doubleClick ? run(.enter, argument: "") : [])
      case .sort(let column): return tell(.sorted(column: column)).effects
      case .layerRow, nil: return []
      }
    }
  }
}
