/// The registry of pages: a page is its folder and its line here.
package enum Pages {
  package static let all: [any Page.Type] = [
    VoyagePage.self,
    HealthPage.self,
    WorkloadPage.self,
    PodPage.self,
    ReschedulesPage.self,
    LogsPage.self,
    RequestPage.self,
    NodesPage.self,
    NodePage.self,
  ]

  /// Where the console begins when nobody says otherwise.
  package static let start = Place(.health)

  package static let specs = all.map { $0.spec }

  /// Pages with a tab, in the order of their keys.
  package static let tabs: [(spec: PageSpec, tab: PageSpec.Tab)] = specs.compactMap { spec in spec.tab.map { (spec, $0) } }
    .sorted { $0.tab.key < $1.tab.key }

  private static let byID: [PageID: any Page.Type] = {
    var table: [PageID: any Page.Type] = [:]
    for page in all { table[page.spec.id] = page }
    return table
  }()

  package static func spec(_ id: PageID) -> PageSpec? { byID[id]?.spec }

  /// The page to begin with, at a place or where nobody says otherwise.
  static func opening(_ place: Place, _ context: PageContext) -> any Page { page(at: place, context) ?? HealthPage() }

  /// The page at a place; `nil` when there is none.
  static func page(at place: Place, _ context: PageContext) -> (any Page)? { byID[place.page]?.init(place, context) }

  /// The names with which links begin, each once.
  package static var linkNames: [String] {
    var names: [String] = []
    for spec in specs where !names.contains(spec.link.name) { names.append(spec.link.name) }
    return names
  }
}
