package import Screen
package import Views

/// A page: what it is called and which commands it has, its state, what input does to it, how it is drawn and written.
///
/// The shell knows pages by this protocol alone. It owns the clock, the pin, the notes, the layers and the history; a page owns what it
/// needs beyond ``PageContext``.
package protocol Page: Sendable {
  static var spec: PageSpec { get }
  /// Things of this kind that the palette finds.
  static func collect(into palette: inout PaletteIndex, _ context: PageContext)

  /// `nil` for a place that is none of this page's, e.g. a pod without a name.
  init?(_ place: Place, _ context: PageContext)
  /// Where the page is: opening it leads to the same page, with the same filter.
  var place: Place { get }
  /// The name behind the tab, of a page below one.
  var title: String { get }
  /// All lists, so that the shell can scroll them and the history keep their cursors.
  var lists: [ListState] { get set }
  /// How one looks at the place (order, range, pane): small, and kept by the history.
  var settings: [String: String] { get set }
  mutating func update(_ input: PageInput, _ context: PageContext) -> PageOutcome
  func selection(_ context: PageContext) -> Selection
  func draw(_ area: Rect, on canvas: inout Canvas)
  func document(_ context: PageContext) -> Document
}

extension Page {
  package static func collect(into palette: inout PaletteIndex, _ context: PageContext) {}
  package var title: String { Self.spec.title }
  package var settings: [String: String] {
    get { [:] }
    set {}
  }
}

/// What comes to a page.
package enum PageInput: Sendable {
  /// It is shown, or shows another moment: what it needs is to be loaded.
  case opened
  /// Data of the context or the moment changed: derived values are made anew here, never while drawing.
  case refreshed
  /// A source has more than before.
  case changed(Feed)
  case command(CommandID, String)
  /// A row in a part of the page was clicked.
  case picked(row: Int, pane: Int)
  /// The header of a column was clicked.
  case sorted(column: Int)
  /// The newest query of a slot was answered, or cannot be.
  case answered(slot: String, Result<any Sendable, QueryFailure>)
}

/// What a page answers to an input.
package struct PageOutcome {
  var isHandled = true
  var loads: [(slot: String, query: AnyQuery)] = []
  var goes: Place?
  var layer: Layer?
  var effects: [Effect] = []
  var note: Note?

  static let ignored = PageOutcome(isHandled: false)
  static let done = PageOutcome()
  /// Asks a query; one of the same slot that is under way is cancelled, and its answer dropped.
  static func load(_ query: some Query, _ slot: String) -> PageOutcome { PageOutcome(loads: [(slot, AnyQuery(query))]) }
  static func go(_ place: Place) -> PageOutcome { PageOutcome(goes: place) }
  static func say(_ text: String) -> PageOutcome { PageOutcome(note: Note(text)) }
  static func show(_ layer: Layer) -> PageOutcome { PageOutcome(layer: layer) }
  static func perform(_ effects: [Effect]) -> PageOutcome { PageOutcome(effects: effects) }
}

/// A page's content beside the screen; each part is made when it is asked for.
package struct Document {
  /// As text and Markdown.
  package var report: () -> Report
  /// As JSON lines.
  package var json: () -> [String]
  /// Named values for demos and tests.
  package var values: () -> [String: String]
  /// What it shows has not been read yet: there is nothing to export.
  var isLoading: Bool

  init(
    isLoading: Bool = false, report: @escaping () -> Report, json: @escaping () -> [String] = { [] },
    values: @escaping () -> [String: String] = { [:] }
  ) {
    self.isLoading = isLoading
    self.report = report
    self.json = json
    self.values = values
  }
}
