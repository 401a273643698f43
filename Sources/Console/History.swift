import TimeFormat
import Views

/// A place with how one stood there: what the history keeps. Data is none of it; going back loads again.
package struct Visit: Sendable, Hashable {
  package var place: Place
  var settings: [String: String]
  var lists: [ListState]

  init(_ page: any Page) {
    (place, settings, lists) = (page.place, page.settings, page.lists)
  }
}

/// Where one is, was, and goes.
extension ConsoleState {
  private static let historyLimit = 100
  private static let recentLimit = 20

  /// Goes to a place and remembers where one was.
  mutating func go(_ place: Place) -> [Effect] {
    guard let page = Pages.page(at: place, shared) else {
      note = Note("There is no \(place.text).", .bad)
      return []
    }
    return go(page)
  }

  private mutating func go(_ page: any Page) -> [Effect] {
    let left = Visit(self.page)
    past.append(left)
    if past.count > Self.historyLimit { past.removeFirst() }
    future = []
    homes[spec.root] = left
    return show(page)
  }

  /// Back to where one was before; `nil` when one was nowhere.
  mutating func goBackInHistory() -> [Effect]? {
    guard let earlier = past.popLast() else { return nil }
    future.append(Visit(page))
    return show(page(of: earlier))
  }

  mutating func goForwardInHistory() -> [Effect] {
    guard let later = future.popLast() else { return [] }
    past.append(Visit(page))
    return show(page(of: later))
  }

  /// The page as it was left, without its data.
  private func page(of visit: Visit) -> any Page {
    var page = Pages.opening(visit.place, shared)
    guard page.place.page == visit.place.page else { return page }
    page.settings = visit.settings
    page.lists = visit.lists
    return page
  }

  /// The first page.
  mutating func begin() -> [Effect] { show(page) }

  /// Makes `page` the current one and loads what it needs.
  private mutating func show(_ page: any Page) -> [Effect] {
    self.page = page
    note = nil
    // Answers to the page before are nothing to this one.
    awaited = awaited.filter { $0.key.owner == .shell }
    refresh()
    let effects = tell(.opened).effects
    remember(self.page.place)
    return effects
  }

  private mutating func remember(_ place: Place) {
    guard spec.recall != nil else { return }
    recent.removeAll { $0 == place }
    recent.insert(place, at: 0)
    if recent.count > Self.recentLimit { recent.removeLast() }
  }

  /// Opens the page of a tab as it was left.
  mutating func open(_ tab: PageID) -> [Effect] {
    if spec.root == tab {
      // The number of the page one is on leads to its top.
      return spec.id == tab ? [] : go(Place(tab))
    }
    return homes[tab].map { go(page(of: $0)) } ?? go(Place(tab))
  }

  /// Opens a link: the moment is pinned, and the cluster found when the link names none.
  mutating func open(_ link: Place) -> [Effect] {
    let effects = link.moment.map { pin(at: $0) } ?? []
    var place = link
    place.moment = nil
    switch place.resolved(shared) {
    case .success(let place): return effects + go(place)
    case .failure(let error):
      note = Note(error.sentence, .bad)
      return effects
    }
  }

  /// Ends what the pane waits for; `nil` when it waits for nothing, or the keys are those of the demo that it waits for.
  mutating func cancelPaneWork() -> [Effect]? {
    guard pane?.update.isBusy == true, pane?.isCancelling == false, !isPlayed else { return nil }
    pane?.isCancelling = true
    return [.cancelPane]
  }

  /// One step back: out of the pane, to the page one came from at its row, up to the tab above, and at last out of the search.
  mutating func goBack() -> [Effect] {
    if pane?.isFocused == true || pane?.update.isDone == true {
      pane = nil
      return [.pane(.close, argument: "")]
    }
    if let effects = goBackInHistory() { return effects }
    if let parent = spec.parent {
      // The page is left upwards and not gone on from: the next step back must not lead into it again.
      future.append(Visit(page))
      return show(homes[parent].map { page(of: $0) } ?? Pages.opening(Place(parent), shared))
    }
    let cleared = tell(.command(.clear, ""))
    if cleared.isHandled { return cleared.effects }
    note = Note("This is the top; \(keys.first(.quit) ?? ":quit") quits.")
    return []
  }
}
