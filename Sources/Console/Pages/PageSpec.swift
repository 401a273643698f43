package import ClusterModel
package import Screen

/// The name of a page, as links and `--page` write it.
package struct PageID: Sendable, Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }
}

/// What the shell has to know of a page: tabs, keys, palette, help, links and documents are made from it.
package struct PageSpec: Sendable {
  /// A tab and the command that opens it, which bears the page's name.
  package struct Tab: Sendable {
    /// `1` to `9`.
    package var key: String
    package var doc: String
    /// Beside the title, e.g. how much is wrong.
    package var mark: @Sendable (PageContext) -> StyledRun?

    init(key: String, doc: String, mark: @escaping @Sendable (PageContext) -> StyledRun? = { _ in nil }) {
      self.key = key
      self.doc = doc
      self.mark = mark
    }
  }

  /// The box that `/` opens; what is typed is the place's filter.
  package struct Search: Sendable {
    package var prompt: String
    package var placeholder: String
    /// The rows are here already: they are filtered while one types, and Esc brings back those that were there.
    package var isLive: Bool

    init(_ placeholder: String, prompt: String = "filter: ", isLive: Bool = false) {
      self.prompt = prompt
      self.placeholder = placeholder
      self.isLive = isLive
    }
  }

  /// How a place of the page is written: `NAME/REST`.
  package struct Link: Sendable {
    package enum Rest: Sendable {
      /// A filter; may be empty.
      case filter
      /// The thing shown; may be empty.
      case item
      /// The thing shown, which has to be named; the text says how.
      case needed(String)
      /// `CLUSTER:ITEM`.
      case objects(Objects)
    }

    /// The objects of a cluster that a page shows, and how a place names them.
    package struct Objects: Sendable {
      /// The item that names the object; `nil` for one that another page shows.
      package var item: @Sendable (ObjectReference) -> String?
      /// The object that an item names; `nil` for an item that names none.
      package var object: @Sendable (_ item: String) -> ObjectReference?
      /// Whether a link has to name the cluster; what names none is then a filter of the page above.
      package var needsCluster = false

      /// Objects that are written `NAMESPACE/KIND/NAME`.
      static func named(_ shows: @escaping @Sendable (ObjectReference) -> Bool) -> Objects {
        Objects(item: { shows($0) ? Place.item(of: $0) : nil }, object: Place.object(named:))
      }
    }

    /// The first part; pages below a tab may share the tab's.
    package var name: String
    package var rest: Rest
  }

  package var id: PageID
  package var title: String
  package var tab: Tab?
  /// The page with the tab under which this one stands.
  package var parent: PageID?
  package var link: Link
  package var search: Search?
  /// Of the shell's commands that are not for every page, those that mean something here.
  package var uses: Set<CommandID>
  /// Commands of this page alone, or of few.
  package var commands: [Command]
  /// Commands on rows of other pages that lead here.
  package var rowCommands: [Command]
  /// What the palette says of places that were looked at lately; `nil`: it does not list them.
  package var recall: String?

  init(
    _ id: PageID, title: String, tab: Tab? = nil, parent: PageID? = nil, link: Link, search: Search? = nil, uses: Set<CommandID> = [],
    commands: [Command] = [], rowCommands: [Command] = [], recall: String? = nil
  ) {
    self.id = id
    self.title = title
    self.tab = tab
    self.parent = parent
    self.link = link
    self.search = search
    self.uses = uses
    self.commands = commands
    self.rowCommands = rowCommands
    self.recall = recall
  }

  /// The objects that it shows; `nil` for a page of other things.
  var objects: Link.Objects? { if case .objects(let objects) = link.rest { objects } else { nil } }

  /// The page with the tab: itself, or the one above.
  package var root: PageID { parent ?? id }

  /// Whether a command that is not for every page is for this one.
  func takes(_ command: CommandID) -> Bool {
    uses.contains(command) || commands.contains { $0.id == command } || (command == .search || command == .clear) && search != nil
  }
}
