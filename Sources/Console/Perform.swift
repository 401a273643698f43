import TelemetryModel
import ClusterModel
import Screen
import TimeFormat
import Views

/// What each command does. The page is asked first, so that Esc, Tab and Enter mean what the page makes of them.
extension ConsoleState {
  /// - Parameter isAnswer: the argument was asked for: an empty one is an answer too.
  mutating func run(_ id: CommandID, argument: String, isAnswer: Bool = false) -> [Effect] {
    guard let command = CommandTable.command(id) else { return [] }
    guard command.applies(to: spec.id) else {
      note = Note(":\(command.name) is for \(command.pageTitles.joined(separator: ", ")).")
      return []
    }
    let isExcused = command.worksWithoutRow && !argument.isEmpty
    if let reason = command.disabledReason(self), !isExcused {
      note = Note(reason.first?.isUppercase == true ? reason : "\(command.name): \(reason).")
      return []
    }
    if id == .search, !isAnswer { return openSearch() }
    if let pane, pane.isFocused, movePane(id) { return [] }
    if id == .nextPane || id == .previousPane, pane != nil {
      pane?.isFocused.toggle()
      return []
    }
    // Before the page is asked: a cursor that stands in a part of it must not keep long work from being cancelled.
    if id == .back, let effects = cancelPaneWork() { return effects }
    let told = tell(.command(id, argument))
    if told.isHandled { return told.effects }
    switch command.action {
    case .opens(let tab): return argument.isEmpty ? open(tab) : go(Place(tab, written: argument))
    case .leads(let place): return place(selection, argument).map { go($0) } ?? []
    case .shell: return perform(id, argument)
    }
  }

  private mutating func open(linkText text: String) -> [Effect] {
    switch Place.parse(text) {
    case .success(let link): return open(link)
    case .failure(let error):
      note = Note(error.sentence, .bad)
      return []
    }
  }

  private mutating func movePane(_ id: CommandID) -> Bool {
    let steps: [CommandID: Int] = [
      .down: 1, .up: -1, .pageDown: 8, .pageUp: -8, .halfDown: 4, .halfUp: -4, .top: -100_000, .bottom: 100_000,
    ]
    guard let step = steps[id], let scroll = pane?.scroll else { return false }
    // The last line that can stand on top is known when the pane is drawn.
    pane?.scroll = max(0, scroll + step)
    return true
  }

  private mutating func perform(_ id: CommandID, _ argument: String) -> [Effect] {
    let selection = selection
    switch id {
    case .open: return open(linkText: argument)
    case .back: return goBack()
    case .historyBack: return goBackInHistory() ?? []
    case .historyForward: return goForwardInHistory()
    case .explain: layers.append(.text(TextLayer(title: "Explain", lines: selection.explanation)))
    case .raw: if let record = selection.record { layers.append(.text(.record(record, face: shared.face, isRaw: true))) }
    case .sources: layers.append(.text(sourcesLayer()))
    case .since: return showSince(argument)
    case .pin: return shared.pin == nil ? pin(at: shared.now) + reload() : unpin()
    case .live: return unpin()
    case .at:
      guard let moment = moment(written: argument) else {
        note = Note("A time is like 14:03, 14:03:02, 10m (ago) or 2018-01-22T14:03:02Z, but it is \"\(argument)\".", .bad)
        return []
      }
      return pin(at: moment) + reload()
    case .zone: shared.face = shared.face == .utc ? shared.localFace : .utc
    case .utc: shared.face = .utc
    case .local: shared.face = shared.localFace
    case .palette: openPalette()
    case .actions: layers.append(.pick(actionsOfRow()))
    case .describe: return askForObject(asYAML: false)
    case .yaml: return askForObject(asYAML: true)
    case CommandTable.pods: layers.append(.pick(pods(matching: argument)))
    case CommandTable.events: layers.append(.pick(events(matching: argument)))
    case CommandTable.namespaces:
      if !argument.isEmpty { return go(Place(.health, filter: "namespace:\(argument)")) }
      layers.append(.pick(namespaces()))
    case CommandTable.contexts:
      if !argument.isEmpty { return go(Place(.health, filter: "cluster:\(argument)")) }
      layers.append(.pick(clusters()))
    case .help: layers.append(.help(HelpLayer()))
    case .copy:
      guard let text = selection.copyText ?? selection.link?.text else {
        note = Note("There is nothing to copy here.")
        return []
      }
      return [.copy(text, what: selection.record != nil ? "record" : selection.copyText == nil ? "link" : "row")]
    case .export:
      let document = page.document(shared)
      guard !document.isLoading else {
        note = Note("The page is still being read; nothing was exported.", .bad)
        return []
      }
      let name = spec.id.name + (spec.parent == nil ? "" : "-" + page.title.lowercased())
      return [.export(name: name, markdown: document.report().markdown, json: document.json())]
    case .learn: return [.openPane(.lesson, id: argument)]
    case .demo: return [.openPane(.demo, id: argument)]
    case .step: return pane(.next, argument)
    case .hint: return pane(.hint, argument)
    case .notes:
      pane?.showsNotes.toggle()
      pane?.scroll = 0
    case .answer: return pane(.answer, argument)
    case .offer: return pane(.offer, argument)
    case .skip: return pane(.skip, argument)
    case .reset: return pane(.reset, argument)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return quit()
    case .delete, .scale, .restart: ask(id, argument, selection)
    case .enter: note = Note("There is nothing to drill into.")
    default: break
    }
    return []
  }

  private mutating func pane(_ command: PaneCommand, _ argument: String) -> [Effect] {
    if let update = pane?.update {
      pane?.wait = (words: command.words(update.kind, isUnderWay: update.isUnderWay), since: shared.now)
      pane?.isCancelling = false
      pane?.update.isBusy = true
      if command == .next, !update.playing.isEmpty { pane?.update.lines = update.playing }
    }
    return [.pane(command, argument: argument)]
  }

  private mutating func openSearch() -> [Effect] {
    guard let search = spec.search else { return [] }
    var layer = SearchLayer(
      prompt: search.prompt, text: page.place.filter, placeholder: search.placeholder.replacing("NAME", with: shared.exampleService()),
      history: searchHistory)
    if search.isLive { layer.before = (page.place.filter, page.lists) }
    layers.append(.search(layer))
    return []
  }

  mutating func openPalette(_ text: String = "") {
    layers.append(.palette(PaletteLayer(index: paletteIndex(), history: paletteHistory, text: text)))
  }

  private mutating func showSince(_ argument: String) -> [Effect] {
    let since: Timestamp
    if argument.isEmpty || argument == "last-look" {
      guard let look = shared.lastLook else {
        note = Note("This is the first look: there is none before it to compare with.")
        return []
      }
      since = look
    } else if let moment = moment(written: argument) {
      since = moment
    } else {
      note = Note("After since comes last-look, a time like 14:03, or an age like 2h, but it is \"\(argument)\".", .bad)
      return []
    }
    let view = SinceView(since: since, clusters: shared.shown.clusters, reschedules: shared.shown.reschedules, voyage: shared.shown.voyage)
    var lines = view.items.map { item -> StyledLine in
      [
        StyledRun(shared.face.short(item.at, now: shared.moment).padding(to: 11), .dim),
        StyledRun("\(item.status.glyph) ", item.status.role),
        StyledRun(item.sentence),
      ]
    }
    if lines.isEmpty { lines = [StyledLine("Nothing changed.", .dim)] }
    layers.append(.text(TextLayer(title: "Since \(shared.face.full(since))", lines: lines)))
    return []
  }

  private func sourcesLayer() -> TextLayer {
    let view = SourcesView(shared.data.sources, clusters: shared.data.clusters.map(\.snapshot), now: shared.now)
    return TextLayer(title: "Sources", lines: view.lines)
  }

  private func paletteIndex() -> PaletteIndex {
    // Nobody opens the palette to move a row: motions come last.
    let listed = CommandTable.commands(on: spec.id)
    let commands = (listed.filter { $0.group != .move } + listed.filter { $0.group == .move }).map { command in
      PaletteLayer.Item(
        title: command.name, detail: command.doc, key: keys.text(command.id), command: command.id, argument: "", aliases: command.aliases,
        disabled: command.worksWithoutRow ? nil : command.disabledReason(self), takesArgument: command.argument)
    }
    let places = recent.map { place in
      PaletteLayer.Item(
        title: "\(place.page.name) \(place.item)", detail: Pages.spec(place.page)?.recall ?? "", key: "", command: .open,
        argument: place.text)
    }
    var index = PaletteIndex(items: commands + places)
    for page in Pages.all { page.collect(into: &index, shared) }
    return index
  }

  private mutating func quit() -> [Effect] {
    let leave: [Effect] = [.rememberLook(shared.now), .quit]
    let losses = [quitLoses, pane?.quitLoses].compactMap { $0 }
    if losses.isEmpty { return leave }
    // Whoever asks again, with ctrl-c, means it.
    if case .confirm(let layer) = layers.last, layer.effects == leave { return leave }
    layers.append(.confirm(ConfirmLayer(title: "Quit the console?", lines: losses, effects: leave)))
    return []
  }

  private mutating func ask(_ id: CommandID, _ argument: String, _ selection: Selection) {
    let action: ClusterAction
    var layer: ConfirmLayer
    let cluster: String
    switch id {
    case .delete:
      guard let pod = selection.pod else { return }
      cluster = pod.cluster
      action = .deletePod(cluster: pod.cluster, namespace: pod.namespace, name: pod.name)
      let effect =
        selection.owner != nil || selection.workload != nil ? "Its controller will start a replacement." : "Nothing will replace it."
      layer = ConfirmLayer(
        title: "Delete pod \(pod.name) in \(cluster)?", lines: [effect + readiness(selection)], effects: [.act(action)], wanted: pod.name)
    case .scale:
      guard let workload = selection.workload else { return }
      guard let replicas = Int(argument), (0...1000).contains(replicas) else {
        note = Note("scale wants the number of replicas, 0 to 1000: :scale 3", .bad)
        return
      }
      cluster = workload.cluster
      action = .scale(cluster: cluster, workload: workload.reference, replicas: replicas)
      layer = ConfirmLayer(
        title: "Scale \(workload.reference.display) in \(cluster) to \(replicas)?",
        lines: [
          replicas == 0 ? "It will have no pod and answer nothing." : "It will have \(counted(replicas, "pod")).\(readiness(selection))"
        ],
        effects: [.act(action)], wanted: workload.reference.name)
    default:
      guard let workload = selection.workload else { return }
      cluster = workload.cluster
      action = .restart(cluster: cluster, workload: workload.reference)
      layer = ConfirmLayer(
        title: "Restart \(workload.reference.display) in \(cluster)?",
        lines: [restartEffect(workload) + readiness(selection)],
        effects: [.act(action)], wanted: workload.reference.name)
    }
    if shared.productionClusters.contains(cluster) { layer.lines.insert("\(cluster) is production.", at: 0) } else { layer.wanted = nil }
    layers.append(.confirm(layer))
  }

  /// What a restart does, by the workload's strategy.
  private func restartEffect(_ workload: Selection.WorkloadName) -> String {
    let known = shared.shown.health(of: workload.cluster)?.snapshot.workload(workload.reference)
    switch known?.updateStrategy {
    case "Recreate":
      return "▲ Its strategy is Recreate: all its pods are stopped before new ones start, and until one is ready nothing answers."
    case "OnDelete": return "▲ Its strategy is OnDelete: each pod stays as it is until it is deleted."
    default: return "Each of its pods is replaced by a rollout."
    }
  }

  private func readiness(_ selection: Selection) -> String {
    guard let workload = selection.workload,
      let verdict = shared.shown.health(of: workload.cluster)?.verdicts.first(where: {
        $0.subject.display == workload.reference.display && $0.subject.namespace == workload.reference.namespace
      })
    else { return "" }
    return " \(verdict.ready) of \(verdict.desired) \(verdict.ready == 1 ? "is" : "are") ready now."
  }
}
