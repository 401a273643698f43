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
    guard command.applies(to: page.kind) else {
      note = Note(
        ":\(command.name) is for \(PageKind.allCases.filter { command.pages.contains($0) }.map(\.title).joined(separator: ", ")).")
      return []
    }
    let isExcused = id == .request && !argument.isEmpty
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
    var behavior = page.behavior
    let outcome = behavior.perform(id, argument, &shared)
    page.behavior = behavior
    if outcome.isHandled {
      if let note = outcome.note { self.note = note }
      if let layer = outcome.layer { layers.append(layer) }
      return outcome.effects + (outcome.goes.map { go($0) } ?? [])
    }
    return perform(id, argument)
  }

  private mutating func movePane(_ id: CommandID) -> Bool {
    switch id {
    case .down: pane?.scroll += 1
    case .up:
      let scroll = pane?.scroll ?? 0
      pane?.scroll = max(0, scroll - 1)
    case .top: pane?.scroll = 0
    default: return false
    }
    return true
  }

  private mutating func perform(_ id: CommandID, _ argument: String) -> [Effect] {
    let subject = subject
    switch id {
    case .voyage: return open(Tab.voyage)
    case .health: return open(Tab.health)
    case .reschedules: return open(Tab.reschedules)
    case .logs: return argument.isEmpty ? open(Tab.logs) : go(.logs(LogsPage(query: argument)))
    case .request:
      guard let request = argument.isEmpty ? subject.requestID : argument else { return [] }
      return go(.request(RequestPage(id: request)))
    case .rowLogs: return subject.logQuery.map { go(.logs(LogsPage(query: $0))) } ?? []
    case .owner: return subject.owner.map { go(.workload(WorkloadPage(cluster: $0.cluster, reference: $0.reference))) } ?? []
    case .open:
      switch DeepLink.parse(argument) {
      case .success(let link): return open(link)
      case .failure(let error): note = Note(error.sentence, .bad)
      }
    case .back: return goBack()
    case .historyBack:
      guard let earlier = past.popLast() else { return [] }
      future.append(page)
      return show(earlier, isNew: false)
    case .historyForward:
      guard let later = future.popLast() else { return [] }
      past.append(page)
      return show(later, isNew: false)
    case .explain: layers.append(.text(TextLayer(title: "Explain", lines: subject.explanation)))
    case .raw: if let record = subject.record { layers.append(.text(.record(record, face: shared.face, isRaw: true))) }
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
    case .palette: layers.append(.palette(PaletteLayer(index: paletteIndex(), history: paletteHistory)))
    case .help: layers.append(.help(HelpLayer()))
    case .copy:
      guard let text = subject.copyText ?? subject.link else {
        note = Note("There is nothing to copy here.")
        return []
      }
      return [.copy(text)]
    case .export:
      let name =
        page.kind.rawValue + (page.kind == .request || page.kind == .workload || page.kind == .pod ? "-" + page.title.lowercased() : "")
      return [.export(name: name, markdown: page.behavior.report(shared).markdown, json: page.behavior.json(shared))]
    case .learn: return [.openPane(.lesson, id: argument)]
    case .demo: return [.openPane(.demo, id: argument)]
    case .step: return pane(.next, argument)
    case .hint: return pane(.hint, argument)
    case .answer: return pane(.answer, argument)
    case .offer: return pane(.offer, argument)
    case .skip: return pane(.skip, argument)
    case .reset: return pane(.reset, argument)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return quit()
    case .delete, .scale, .restart: ask(id, argument, subject)
    case .enter: note = Note("There is nothing to drill into.")
    default: break
    }
    return []
  }

  private mutating func pane(_ command: PaneCommand, _ argument: String) -> [Effect] {
    pane?.update.isBusy = true
    return [.pane(command, argument: argument)]
  }

  private mutating func goBack() -> [Effect] {
    if pane?.isFocused == true || pane?.update.isDone == true {
      pane = nil
      return [.pane(.close, argument: "")]
    }
    switch page.kind {
    case .workload, .pod, .request:
      if let earlier = past.popLast() {
        future.append(page)
        return show(earlier, isNew: false)
      }
      return open(page.tab)
    default:
      note = Note("This is the top; \(keys.first(.quit) ?? ":quit") quits.")
      return []
    }
  }

  private mutating func openSearch() -> [Effect] {
    let (prompt, text, hint): (String, String, String)
    switch page {
    case .logs(let logs):
      (prompt, text, hint) = ("/ ", logs.query, "request:ID  service:orders  level:>=WARN  status:5xx  \"words\"  /regex/  since:15m")
    case .health(let health): (prompt, text, hint) = ("filter: ", health.filter, "a name, a namespace, red, amber, words of a reason")
    case .reschedules(let page): (prompt, text, hint) = ("filter: ", page.filter, "a workload, a namespace, a pod")
    default:
      note = Note("There is nothing to search on this page; 4 searches the logs.")
      return []
    }
    layers.append(.search(SearchLayer(prompt: prompt, text: text, placeholder: hint, history: searchHistory)))
    return []
  }

  private mutating func unpin() -> [Effect] {
    shared.pin = nil
    refresh()
    note = Note("Live again.")
    return reload()
  }

  /// Loads the page anew, e.g. for another moment.
  private mutating func reload() -> [Effect] {
    var behavior = page.behavior
    let effects = behavior.opened(&shared)
    page.behavior = behavior
    return effects
  }

  /// `14:03`, `14:03:02`, `10m` (ago) or RFC 3339.
  private func moment(written text: String) -> Timestamp? {
    if let moment = Timestamp(rfc3339: text) { return moment }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2 || parts.count == 3 {
      let numbers = parts.compactMap { Int($0) }
      guard numbers.count == parts.count, (0..<24).contains(numbers[0]), numbers[1...].allSatisfy({ (0..<60).contains($0) }) else {
        return nil
      }
      let today = CivilTime(shared.now, offset: shared.face.offset)
      let day = CivilTime.days(year: today.year, month: today.month, day: today.day)
      let seconds = day * 86_400 + numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0) - shared.face.offset
      let moment = Timestamp(seconds: Int64(seconds))
      return moment > shared.now ? moment - .seconds(86_400) : moment
    }
    if !text.isEmpty, text.last?.isLetter == true, let ago = Duration(option: text) { return shared.now - ago }
    return nil
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
        Span(shared.face.short(item.at, now: shared.moment).padding(to: 11), .dim), Span("\(item.status.glyph) ", item.status.role),
        Span(item.sentence),
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
    let listed = CommandTable.all.filter { $0.applies(to: page.kind) }
    let commands = (listed.filter { $0.group != .move } + listed.filter { $0.group == .move }).map { command in
      PaletteLayer.Item(
        title: command.name, detail: command.doc, key: keys.text(command.id), command: command.id, argument: "",
        disabled: command.id == .request ? nil : command.disabledReason(self), takesArgument: command.argument)
    }
    let requests = recentRequests.map { id in
      PaletteLayer.Item(title: "request \(id)", detail: "a request looked at", key: "", command: .request, argument: id)
    }
    return PaletteIndex(items: commands + requests, clusters: shared.shown.clusters)
  }

  private mutating func quit() -> [Effect] {
    if let quitLoses, !isQuitting {
      isQuitting = true
      note = Note("\(quitLoses) \(keys.first(.quit) ?? "q") again quits.", .bad)
      return []
    }
    return [.rememberLook(shared.now), .quit]
  }

  private mutating func ask(_ id: CommandID, _ argument: String, _ subject: Subject) {
    let action: ClusterAction
    var layer: ConfirmLayer
    let cluster: String
    switch id {
    case .delete:
      guard let pod = subject.pod else { return }
      cluster = pod.cluster
      action = .deletePod(cluster: pod.cluster, namespace: pod.namespace, name: pod.name)
      let effect = subject.owner != nil || subject.workload != nil ? "Its controller will start a replacement." : "Nothing will replace it."
      layer = ConfirmLayer(
        title: "Delete pod \(pod.name) in \(cluster)?", lines: [effect + readiness(subject)], action: action, wanted: pod.name)
    case .scale:
      guard let workload = subject.workload else { return }
      guard let replicas = Int(argument), (0...1000).contains(replicas) else {
        note = Note("scale wants the number of replicas, 0 to 1000: :scale 3", .bad)
        return
      }
      cluster = workload.cluster
      action = .scale(cluster: cluster, workload: workload.reference, replicas: replicas)
      layer = ConfirmLayer(
        title: "Scale \(workload.reference.display) in \(cluster) to \(replicas)?",
        lines: [
          replicas == 0 ? "It will have no pod and answer nothing." : "It will have \(counted(replicas, "pod")).\(readiness(subject))"
        ],
        action: action, wanted: workload.reference.name)
    default:
      guard let workload = subject.workload else { return }
      cluster = workload.cluster
      action = .restart(cluster: cluster, workload: workload.reference)
      layer = ConfirmLayer(
        title: "Restart \(workload.reference.display) in \(cluster)?",
        lines: ["Each of its pods is replaced by a rollout.\(readiness(subject))"],
        action: action, wanted: workload.reference.name)
    }
    if shared.productionClusters.contains(cluster) { layer.lines.insert("\(cluster) is production.", at: 0) } else { layer.wanted = nil }
    layers.append(.confirm(layer))
  }

  private func readiness(_ subject: Subject) -> String {
    guard let workload = subject.workload,
      let verdict = shared.shown.health(of: workload.cluster)?.verdicts.first(where: {
        $0.subject.display == workload.reference.display && $0.subject.namespace == workload.reference.namespace
      })
    else { return "" }
    return " \(verdict.ready) of \(verdict.wanted) is ready now."
  }
}
