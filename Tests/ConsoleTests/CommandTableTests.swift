import Console
import Foundation
import Screen
import Testing

@Suite("Commands")
struct CommandTableTests {
  @Test("every command stands in the table once")
  func complete() {
    let ids = CommandTable.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    for spec in Pages.specs {
      for id in spec.uses.union(spec.commands.map(\.id)) { #expect(ids.contains(id), "\(spec.title) takes \(id.name)") }
    }
  }

  @Test("a key means one thing on a page", arguments: Pages.specs.map(\.id))
  func unique(page: PageID) {
    var seen: [String: CommandID] = [:]
    for command in CommandTable.all where command.applies(to: page) {
      for key in command.keys {
        #expect(seen[key] == nil, "\(key) is \(seen[key]?.name ?? "") and \(command.name) on \(page.name)")
        seen[key] = command.id
      }
    }
  }

  @Test("every key has a name that can be read")
  func keys() {
    for command in CommandTable.all {
      for key in command.keys { #expect(KeyPress(name: key)?.name == key, "\(key)") }
    }
  }

  @Test("the document comes from the table")
  func document() {
    let text = KeysDocument.markdown()
    for command in CommandTable.all {
      #expect(text.contains("`:\(command.name)"))
      #expect(text.contains(command.doc))
    }
  }

  @Test("keys can be given to other commands, mistakes are all named")
  func remap() throws {
    let map = try KeyMap.make(remapped: ["follow": "F", "quit": "Q ctrl-q"]).get()
    #expect(map.command(for: .character("F"), on: .logs) == .follow)
    #expect(map.command(for: .character("f"), on: .logs) == nil)
    #expect(map.command(for: .control("q"), on: .health) == .quit)
    guard case .failure(let error) = KeyMap.make(remapped: ["folow": "F", "sort": "hyper-x", "help": "j"]) else {
      Issue.record("wrong keys were taken")
      return
    }
    #expect(error.problems.count == 3)
  }

  @Test("fuzzy search prefers starts of words")
  func fuzzy() throws {
    let start = try #require(FuzzyMatch.score("mo", in: "matches-only"))
    let inside = try #require(FuzzyMatch.score("mo", in: "remodel"))
    #expect(start > inside)
    #expect(FuzzyMatch.score("xyz", in: "matches-only") == nil)
  }
}
