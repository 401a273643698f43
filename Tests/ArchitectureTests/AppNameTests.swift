import Testing

/// The app's names that are also words of Periplus or of English. As a word of a sentence they pass everywhere.
private let words: Set<String> = [
  "ledger",  // the reschedule ledger
  "orders", "reports",  // verbs
  "catalog",  // a list
]

/// Where a name that is not a word of a sentence is unavoidable, by the file, with the reason.
private let allowed: [String: (name: String, reason: String)] = [
  "LedgerMemory.swift": ("ledger", "the key under which the reschedule ledger stores how far it is"),
  "Effect.swift": ("ledger", "the feed of the pages that show the reschedule ledger"),
  "StoreChange.swift": ("ledger", "the word for the reschedule ledger in a message of the control socket"),
]

@Suite("Names of the reference app")
struct AppNameTests {
  @Test("no name of the reference app stands in Sources: examples say api, worker and db")
  func noNameInSources() throws {
    let search = AppNameSearch(try .current(), words: words)
    for file in SourceFile.all(below: "Sources") {
      let text = try file.text()
      // Most files are done with here: to read Swift takes its time.
      guard search.names.contains(where: text.contains) else { continue }
      for part in SwiftText(text).parts {
        let found = search.names(in: part.text).filter { allowed[file.name]?.name != $0 }
        #expect(found.isEmpty, "\(file.name):\(part.line) names \(found): take it from the app profile, or use a neutral name")
      }
    }
  }

  @Test("what is allowed is needed")
  func allowedIsNeeded() throws {
    let search = AppNameSearch(try .current(), words: words)
    for file in SourceFile.all(below: "Sources") {
      guard let (name, reason) = allowed[file.name] else { continue }
      let isNeeded = SwiftText(try file.text()).parts.contains { search.names(in: $0.text).contains(name) }
      #expect(isNeeded, "\(file.name) does not need \(name) any more (\(reason)): remove it from the test")
    }
  }

  @Test("names come from the profile: of the app, its namespace, its services, its requests, its routes")
  func profile() {
    let names = AppNames(
      """
      name: bookshop
      namespace: books
      images:
        example/app:1: name: not-this
      services:
        # name: nor-this
        - {name: stock, port: 8080, prefix: /stock}
      values:
        - {name: number, from: 1}
      requests:
        - name: list-books
          service: stock
          path: /stock/books?limit=1
          route: /stock/books/{id}
      """)
    #expect(names.all == ["bookshop", "books", "stock", "/stock", "list-books", "/stock/books"])
  }

  @Test(
    "a name is found as a whole word; one that is a word too, where it is written as a name",
    arguments: [
      ("Deployment/stock", ["stock"]), ("container stock exited 1", ["stock"]), ("stocks, restock, stock_id", []),
      ("the ledger, and the ledger's gaps. A ledger: nothing", []), ("ledger", ["ledger"]), ("`ledger`", ["ledger"]),
      ("service:ledger", ["ledger"]), ("ledger-7f7b8", ["ledger"]), ("/ledger/x", ["ledger"]), ("{\"a\":\"ledger\"}", ["ledger"]),
    ])
  func search(text: String, found: [String]) {
    let names = AppNames("services:\n  - {name: stock}\n  - {name: ledger}")
    #expect(AppNameSearch(names, words: ["ledger"]).names(in: text) == found)
  }

  @Test("comments and literals are told from code")
  func swiftText() {
    let text = SwiftText(
      ##"""
      let orders = "a \(orders.map { "b\($0)" }) c" // d
      /* e /* f */ g */ orders()
      let raw = #"h "i" \(j) \#(orders)"#
      let lines = """
        k \
        l "m"
        """
      """##)
    #expect(
      text.parts.map { "\($0.line): \($0.text)" } == [
        "1: a ", "1: b", "1:  c", "1: // d", "2: /* e /* f */ g ", #"3: h "i" \(j) "#, "5:   k \\", #"6:   l "m""#, "7:   ",
      ])
  }
}
